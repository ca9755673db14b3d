"""Stored readings are judged again by a newer assay version; nothing changes before a second person has decided."""
