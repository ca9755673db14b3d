"""Waiting tubes are laid out on plates."""
