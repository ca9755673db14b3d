"""`lims simulate`."""


def simulate() -> None:
    """Not wired yet."""
