"""Boxes pass from a site to a courier, and both sign."""
