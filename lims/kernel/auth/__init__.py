"""Who is asking, what they may do, and for which site or lab."""
