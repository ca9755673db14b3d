"""Walls: screens that show the day to whoever passes by, opened by a signed link that can be revoked; no person on them."""
