"""Files that came to the bench: what each came to, and what is done about those that were refused."""
