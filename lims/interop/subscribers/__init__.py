"""Subscribers: to whom notices go, and how each one gets there."""
