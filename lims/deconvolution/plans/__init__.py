"""Schemes at work: which one was chosen for a reactive aliquot pool, what is to be mixed and tested next, whom it has settled."""
