"""The print agent: asks the server for work, prints it. It only speaks outward, so a printer behind a phone's hotspot works."""

import time
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Self
from uuid import UUID

import httpx

from lims.kernel.errors import Refused
from lims.sampling.printing.work import Batch, run

PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
ATTEMPTS = 8


class Server:
    """The sampling end, over HTTP. Every message has an id of its own and may be repeated until it is answered."""

    def __init__(self, url: str, token: str, printer: str, site: str | None = None) -> None:
        """`printer` is the printer's lasting name: after a crash it tells the server which job was interrupted."""
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False)
        self.printer, self.site = printer, site

    def __enter__(self) -> Self:
        """The server itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.client.close()

    def next_job(self) -> UUID | None:
        """The job that this printer should print."""
        asked = {"printer": self.printer} | ({"site": self.site} if self.site else {})
        job = self.answered(lambda: self.client.get("/sampling/api/print-jobs/next", params=asked))["job"]
        return UUID(job["id"]) if job else None

    def told(self, job_id: UUID, verb: str, message: dict[str, Any]) -> dict[str, Any]:
        """Tell the server something about a job."""
        return self.answered(lambda: self.client.post(f"/sampling/api/print-jobs/{job_id}/{verb}", json=message))

    def answered(self, ask: Callable[[], httpx.Response]) -> dict[str, Any]:
        """The answer, after as many attempts as the network needs; Refused where the server says no."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = ask()
            except httpx.TransportError as trouble:
                if attempt == ATTEMPTS:
                    raise Refused("database_unreachable", "The server does not answer: {trouble}.", trouble=trouble) from trouble
            else:
                if response.is_success:
                    answer: dict[str, Any] = response.json()
                    return answer
                if not response.is_server_error or attempt == ATTEMPTS:
                    raise Refused("print_refused", "The server says no: {detail}.", detail=response.text[:500])
            time.sleep(min(LONGEST_PAUSE_SECONDS, 0.2 * 2**attempt))
        raise AssertionError("unreachable")


class RemoteDesk:
    """One job on the server."""

    def __init__(self, server: Server, job_id: UUID) -> None:
        self.server, self.job_id = server, job_id

    def take(self, take_id: UUID, most: int) -> Batch:
        """The next labels."""
        told = self.server.told(self.job_id, "take", {"id": str(take_id), "printer": self.server.printer, "most": most})
        return Batch(told["state"], told["labels"], b64decode(told["content"]), told["left"])

    def printed(self, take_id: UUID) -> str:
        """They came out."""
        return str(self.server.told(self.job_id, "outcome", {"id": str(take_id), "outcome": "printed"})["state"])

    def failed(self, take_id: UUID, trouble: str) -> None:
        """Nobody knows which of them came out."""
        self.server.told(self.job_id, "outcome", {"id": str(take_id), "outcome": "failed", "detail": trouble})


def work(server: Server, printer: str, say: Callable[[str], None], *, once: bool = False) -> None:
    """Print job after job; with `once` until there is none left."""
    while True:
        job_id = server.next_job()
        if job_id is not None:
            say(f"{job_id} {outcome_of(server, job_id, printer)}")
        elif once:
            return
        else:
            time.sleep(PAUSE_SECONDS)


def outcome_of(server: Server, job_id: UUID, printer: str) -> str:
    """How a job ended, in words; where the printer or the server said no, after a pause."""
    try:
        return run(RemoteDesk(server, job_id), printer)
    except Refused as trouble:
        time.sleep(PAUSE_SECONDS)
        return trouble.detail
