"""Waiting tubes are laid out on plates; single tubes are mixed into aliquot pools."""
