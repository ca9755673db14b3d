"""Notices: what the health authority is told of a case, each once."""
