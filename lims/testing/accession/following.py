"""Rooms above the bench that go on in the same transaction where a tube has come to an end; `apps` says which."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from lims.catalog.rules import Catalog

# Told of the tubes that were released, or of a sub-pool that was turned away: when, by whom, and the server's time.
Follower = Callable[[Connection, Catalog, Sequence[str], datetime, str, datetime], None]
FOLLOWERS: list[Follower] = []


def followed_by(follower: Follower) -> None:
    """Have every release, and every sub-pool's rejection, followed by this, from now on."""
    if follower not in FOLLOWERS:
        FOLLOWERS.append(follower)
