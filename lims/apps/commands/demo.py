"""`lims demo`."""


def demo() -> None:
    """Not wired yet."""
