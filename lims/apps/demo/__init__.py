"""A demo city: its catalogue, its people, one day of its life."""
