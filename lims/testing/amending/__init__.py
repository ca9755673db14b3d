"""A released result that was found wrong is replaced by another, and both stay."""
