"""Sealed boxes of tubes, and their way to the lab."""
