"""Figures of today for a monitoring system, in the text format of Prometheus."""
