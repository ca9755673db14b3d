"""Whether a message can wait: it brings tubes of some time ago, from a device that was without a network. Pure.

Told from the first bytes of the message, before it is read as a whole: when a crowd returns, this is asked of every one of them.
Both times are the device's own, so that its clock does not matter. Nothing but the order of service hangs on the answer.
"""

import re
from datetime import datetime, timedelta

LATE = timedelta(minutes=5)
SENT = re.compile(rb'"sent_at"\s*:\s*"([^"]{1,40})"')
SEALED = re.compile(rb'"sealed_at"\s*:\s*"([^"]{1,40})"')


def is_late(start: bytes, whole: bool) -> bool:  # noqa: FBT001 - the lane of the web asks so
    """Whether the message has a tube that was sealed long before it was sent, or is so long that it can wait anyway."""
    if not whole:
        return True
    sent = SENT.search(start)
    try:
        return sent is not None and moment(sent[1]) - min(map(moment, SEALED.findall(start))) > LATE
    except (ValueError, TypeError):
        # No tube is sealed, or a time is none: the message itself will be told.
        return False


def moment(text: bytes) -> datetime:
    """A time as it stands in a message."""
    return datetime.fromisoformat(text.decode("ascii"))
