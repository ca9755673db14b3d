"""Ways to find the positive tubes of an aliquot pool: what each will cost before it starts, and what to test next.

A scheme is one file of pure functions behind `rules.Scheme`. They speak of aliquot pools only: the member tubes are kept, so
any of them can be mixed again. (People of a swab pool have no tube of their own; they are called back, see `deconvolution.rules`.)
"""
