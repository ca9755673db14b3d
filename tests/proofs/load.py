"""Devices that sync without a pause, to whichever host answers, and remember what was acknowledged."""

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from lims.kernel.db import Access, Database
from tests.factories import Town, at, tube

BUSY = {429, 502, 503, 504}
TAKEN = {"accepted", "already_have"}


@dataclass
class Devices:
    """What devices of a town have sent: tubes that were acknowledged, and every answer that was neither that nor `come again`."""

    town: Town
    doors: Sequence[str]
    acknowledged: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    again: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def work(self, number: int) -> None:
        """One device: a tube after the other; each is sent to one door after the other until one takes it."""
        headers, first = dict(self.town.ana.headers), number % len(self.doors)
        doors = itertools.cycle([*self.doors[first:], *self.doors[:first]])
        with httpx.Client(timeout=40, trust_env=False) as client:
            while not self.stop.is_set():
                made = tube(self.town.site, 1 + number % 3)
                while not self.told(client, f"{next(doors)}/sampling/api/sync", headers, f"dev-{number}", made):
                    if self.stop.wait(0.1):
                        return
                self.acknowledged[made["barcode"]] = len(made["members"])

    def told(self, client: httpx.Client, url: str, headers: dict[str, str], device: str, made: dict[str, Any]) -> bool:
        """Whether a host has taken the tube."""
        try:
            answer = client.post(url, json={"device": device, "sent_at": at(20), "tubes": [made]}, headers=headers)
        except httpx.TransportError:
            self.again += 1
            return False
        if answer.status_code in BUSY:
            self.again += 1
            return False
        outcomes = [told["outcome"] for told in answer.json()["tubes"]] if answer.status_code == httpx.codes.ACCEPTED else []
        if not set(outcomes) <= TAKEN or not outcomes:
            self.wrong.append(f"{answer.status_code} {answer.text}")
        return True

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Return when so many more tubes were acknowledged."""
        wanted, end = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < end, f"{len(self.acknowledged)} of {wanted} tubes were acknowledged; wrong: {self.wrong[:3]}"
            time.sleep(0.05)


@contextmanager
def syncing(town: Town, doors: Sequence[str], devices: int = 4) -> Iterator[Devices]:
    """Devices at work for the length of a block."""
    load = Devices(town, list(doors))
    threads = [threading.Thread(target=load.work, args=(number,)) for number in range(devices)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def lost(database: Database, load: Devices) -> dict[str, int]:
    """Tubes that were acknowledged and are not there with all their people, with how many of them are."""
    query = text("SELECT t.barcode, count(m.position) AS members FROM tube t LEFT JOIN tube_member m USING (barcode) GROUP BY t.barcode")
    with database.transaction(Access.OWNER) as connection:
        there = {row.barcode: row.members for row in connection.execute(query)}
    return {barcode: there.get(barcode, 0) for barcode, members in load.acknowledged.items() if there.get(barcode, 0) != members}
