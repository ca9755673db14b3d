"""Liquid of single tubes is mixed into aliquot pools."""
