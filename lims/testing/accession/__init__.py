"""Boxes are opened and tubes scanned in."""
