"""Boxes sent to another lab before one overflows: a proposal, and its acceptance."""
