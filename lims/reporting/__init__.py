"""Throughput against capacity, backlog, reconciliation: figures that add up."""
