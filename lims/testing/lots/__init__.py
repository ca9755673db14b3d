"""Lots of kits and control material: what is in use, until when, and what it was used for."""
