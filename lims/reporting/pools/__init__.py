"""Results of pools, counted by day of collection and kept: what prevalences are estimated from."""
