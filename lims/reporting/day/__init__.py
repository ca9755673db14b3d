"""The page of a day: what passed, what stands, how long it took, and the tubes behind each figure."""
