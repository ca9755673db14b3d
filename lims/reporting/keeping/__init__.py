"""Figures of days that are over, kept as they were counted; whatever comes late has its days counted again."""
