"""Who is sampled: the only room in which a name, a number or a phone is ever read."""
