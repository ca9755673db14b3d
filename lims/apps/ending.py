"""How long a process takes to end that was told to: never longer than a service manager waits before it kills (`docs/deploy`)."""

import os
import threading

ANSWER_SECONDS = 20  # requests under way are answered for so long
LEAVE_SECONDS = 3  # then what still waits is left

last_resorts: list[threading.Timer] = []


def end_for_certain(seconds: float) -> None:
    """End this process after so long, if nobody says `ended_in_order` before.

    A thread that waits in the database cannot be called back, and what it waits for may be held by a host that stands still. Nothing of it
    is committed, and nobody was told that it is: devices send it again.
    """
    last_resorts.append(threading.Timer(seconds, os._exit, (0,)))
    last_resorts[-1].daemon = True
    last_resorts[-1].start()


def ended_in_order() -> None:
    """Nothing waits any more: what is still to be done (to leave the embedded server, the last one stops it) may take its time."""
    while last_resorts:
        last_resorts.pop().cancel()
