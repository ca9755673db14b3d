"""Whom a site calls back, and for which tube."""
