"""A pool that is not negative becomes a case, until each of its people is settled."""
