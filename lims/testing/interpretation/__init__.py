"""From readings to calls."""
