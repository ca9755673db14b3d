"""The outside world: devices, couriers, labs, instruments and reviewers of one day, who speak only HTTP.

Nothing here knows how the server works; it knows the public contract and its own truth about every tube, and compares.
"""
