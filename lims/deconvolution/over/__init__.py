"""Cases that are over, kept aside so that the lists of those that are not need not look at each of them again."""
