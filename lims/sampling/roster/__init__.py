"""Whom a site expects: a list that devices carry, printed with a code for each person. Nothing of it is stored here."""
