"""Who is in a tube that is not negative, and what is known of each."""
