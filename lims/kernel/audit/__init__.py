"""The audit trail: one event row for every change of state, sealed about once a second into a hash chain."""
