"""Tubes that are kept: fetched for their cases, and discarded when nobody needs them any more."""
