"""Nucleic-acid lab sample tracking for mass screening with pooled samples."""

__version__ = "0.1.0"
