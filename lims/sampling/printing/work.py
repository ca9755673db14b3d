"""A printer's work: take labels, send them, say what became of them. The same whether the desk is here or behind HTTP.

What is taken is written down before it is sent, and answered for after; so whatever kills this program, and whenever, what
it left is either printed for certain or in doubt, never handed out again by itself.
"""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from lims.kernel import ids
from lims.kernel.errors import Refused

MOST = 25
PATIENCE_SECONDS = 30
FAREWELL_SECONDS = 2


@dataclass(frozen=True)
class Batch:
    """Labels to be sent now."""

    state: str
    labels: list[str]
    content: bytes
    left: int = 0
    """How many labels come after these."""


class Desk(Protocol):
    """Who keeps the job."""

    def take(self, take_id: UUID, most: int) -> Batch:
        """The next labels; none where there is nothing to print or the job is broken."""

    def printed(self, take_id: UUID) -> str:
        """They came out; the job's state."""

    def failed(self, take_id: UUID, trouble: str) -> None:
        """Nobody knows which of them came out."""


class Printer(Protocol):
    """Where labels come out."""

    def send(self, content: bytes) -> None:
        """Give it labels; OSError where it does not take them."""

    def finish(self) -> None:
        """Wait until it has taken everything; OSError where it has not."""

    def close(self) -> None:
        """Let go of it."""


class NetworkPrinter:
    """A printer that listens on TCP, 9100 as a rule."""

    def __init__(self, host: str, port: int) -> None:
        self.connection = socket.create_connection((host, port), timeout=PATIENCE_SECONDS)

    def send(self, content: bytes) -> None:
        """Give it labels."""
        self.connection.sendall(content)

    def finish(self) -> None:
        """Say that nothing more comes; a printer that was cut off answers with a reset, one that lives closes or stays silent."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(FAREWELL_SECONDS)
        try:
            while self.connection.recv(4096):
                pass
        except TimeoutError:
            return

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


class FilePrinter:
    """A printer that is a file: a device, or a file to look at."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("ab", buffering=0)

    def send(self, content: bytes) -> None:
        """Give it labels."""
        self.file.write(content)

    def finish(self) -> None:
        """Nothing is buffered."""

    def close(self) -> None:
        """Close it."""
        self.file.close()


@contextmanager
def opened(address: str) -> Iterator[Printer]:
    """The printer of this address: HOST:PORT, or a file; Refused where it cannot be reached."""
    try:
        with closing(at(address)) as printer:
            yield printer
    except OSError as trouble:
        raise Refused("printer_silent", "Printer {printer} does not take labels: {trouble}.", printer=address, trouble=trouble) from trouble


def at(address: str) -> Printer:
    """HOST:PORT is a printer in the network, all else a file."""
    host, _, port = address.rpartition(":")
    return NetworkPrinter(host, int(port)) if host and port.isdigit() else FilePrinter(Path(address))


def run(desk: Desk, address: str, most: int = MOST) -> str:
    """Print what the desk hands out until it has no more; the job's state in the end."""
    take_id, state = ids.uuid7(), "done"
    with opened(address) as printer:
        while (batch := desk.take(take_id, most)).labels:
            try:
                printer.send(batch.content)
                if batch.left == 0:
                    printer.finish()
            except OSError as trouble:
                desk.failed(take_id, str(trouble))
                raise
            state, take_id = desk.printed(take_id), ids.uuid7()
            if state != "printing":
                return state
        return batch.state
