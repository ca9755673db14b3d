"""The whole story of a tube: where it was, in whose hands, what was read in it, and which tubes were near it."""
