"""Tube, pool member, box and their life: what both ends share."""
