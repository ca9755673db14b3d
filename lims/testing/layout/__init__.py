"""What is laid out in wells: the tubes that wait, and the wells of plates and extraction batches."""
