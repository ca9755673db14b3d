"""Several days: beside as many before them and the same weekdays earlier, and what of them came to no result."""
