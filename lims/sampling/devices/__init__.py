"""Phones and scanners that an administrator has set up for a site."""
