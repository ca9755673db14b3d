"""What if: another prevalence, pool size, scheme or capacity, before a round."""
