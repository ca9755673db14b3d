"""Rounds of screening: how many people were sampled, of how many that are expected."""
