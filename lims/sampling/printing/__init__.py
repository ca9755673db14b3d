"""Printing labels: jobs that print each label once, and the ledger of what became of every code."""
