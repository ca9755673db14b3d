"""Extraction batches: what was extracted together. A failed extraction control invalidates its batch, on whichever plate it shows."""
