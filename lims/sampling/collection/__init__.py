"""Tubes as the field sees them."""
