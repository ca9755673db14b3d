"""`lims doctor`."""


def doctor() -> None:
    """Not wired yet."""
