"""The people of the tests and what they do all day.

Ana samples, Carl drives, Ben works at the bench, Bea reviews, Olga is the health official, Ada the supervisor, the
authority's computer fetches results, and Cleo is somebody of another site and lab.
"""

import csv
import io
import itertools
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from stdnum.cn import ric

from lims.catalog import actions as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel import barcodes, ids
from lims.kernel.auth import actions as auth
from lims.kernel.db import Access
from lims.kernel.program import Program

COUNTER = itertools.count(1)
LUCK = random.Random(20220202)
CODES, PEOPLE = itertools.count(1), itertools.count(1)
# Steps through all numbers there are that meet none twice and seem to be in no order: a drawn one would come again among the
# hundred thousand of a session, and two tests would have one tube or one person.
NEXT_CODE, NEXT_PERSON = 6_180_339_887, 15_450_853
MORNING = datetime(2022, 2, 2, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
ASSAY = {
    "code": "ncov2", "version": 1, "name": "ORF1ab + N", "pool_max": 20, "plate": 96,
    "targets": [
        {"name": "ORF1ab", "channel": "FAM", "cutoff": 38.0, "grey_to": 40.0},
        {"name": "N", "channel": "VIC", "cutoff": 38.0, "grey_to": 40.0},
    ],
    "internal_control": {"name": "RNaseP", "channel": "CY5", "cutoff": 38.0},
    "controls": [{"role": "weak_positive", "count": 1}, {"role": "negative", "count": 2}, {"role": "blank", "count": 1}],
}  # fmt: skip
# Ct of ORF1ab, N and RNaseP.
SEEN: dict[str, tuple[float | None, float | None, float | None]] = {
    "negative": (None, None, 26.0),
    "positive": (30.1, 31.5, 26.0),
    "single_target": (33.0, None, 26.0),
    "grey_zone": (39.2, 39.6, 26.0),
    "invalid": (None, None, None),
    "weak_positive": (34.0, 34.5, 27.0),
    "control_negative": (None, None, 27.0),
    "blank": (None, None, None),
}


def at(hours: float) -> str:
    """A time of the day of the tests, hours after 08:00 in Shanghai."""
    return (MORNING + timedelta(hours=hours)).isoformat()


def code(kind: barcodes.Kind) -> str:
    """A code of ours that no other test has (tubes, boxes, plates)."""
    return barcodes.own_code(kind, 50_000_000_000 + next(CODES) * NEXT_CODE % 10**10)


def person(**changes: Any) -> dict[str, Any]:
    """Somebody to be sampled, with a valid resident ID that no other test has."""
    days, order = divmod(next(PEOPLE) * NEXT_PERSON % 25_000_000, 1000)
    born = datetime(1940, 1, 1, tzinfo=UTC) + timedelta(days=days)
    body = f"330111{born:%Y%m%d}{order:03d}"
    number = body + str(ric.calc_check_digit(body + "0"))
    return {
        "id_type": "resident_id",
        "id_number": number,
        "name": f"赵试{next(COUNTER)}",
        "phone": "13800000000",
        "group": "community",
    } | changes


def tube(site: str, people: list[dict[str, Any]] | int = 1, *, size: int = 10, hours: float = 0, **changes: Any) -> dict[str, Any]:
    """A sealed tube as a device sends it."""
    members = [person() for _ in range(people)] if isinstance(people, int) else people
    return {
        "id": str(ids.uuid7()), "revision": 1, "barcode": code(barcodes.Kind.TUBE), "site": site, "round": "R1",
        "kind": "single" if size == 1 else "swab_pool", "pool_size": size, "state": "sealed", "opened_at": at(hours),
        "sealed_at": at(hours + 0.1), "retest_of": None,
        "members": [member | {"position": place, "collected_at": at(hours)} for place, member in enumerate(members, 1)],
    } | changes  # fmt: skip


@dataclass
class Somebody:
    """A person of the tests, or a program, signed in."""

    name: str
    web: TestClient
    token: str

    def get(self, path: str, **params: Any) -> Response:
        """Ask."""
        return self.web.get(path, params=params, headers=self.headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        """Tell."""
        return self.web.post(path, json=body, headers=self.headers, **more)

    @property
    def headers(self) -> dict[str, str]:
        """Who it is."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Town:
    """A site and a lab with their people."""

    program: Program
    web: TestClient
    site: str
    lab: str
    area: str
    people: dict[str, Somebody] = field(default_factory=dict)

    @classmethod
    def build(cls, program: Program, web: TestClient, *, capacity: int = 400, timezone: str = "Asia/Shanghai") -> "Town":
        """A new town, known to nobody else."""
        number = next(COUNTER)
        town = cls(
            program, web, f"S{number}-{LUCK.randrange(10**6)}", f"L{number}-{LUCK.randrange(10**6)}", f"A{number}-{LUCK.randrange(10**6)}"
        )
        content = {
            "area": [{"code": town.area, "name": "富阳区", "zone": "controlled"}],
            "site": [{"code": town.site, "name": "一号采样点", "area": town.area, "timezone": timezone}],
            "lab": [{"code": town.lab, "name": "气膜实验室", "kind": "inflatable", "timezone": timezone,
                     "capacity": [{"from": "2022-01-01", "tubes_per_day": capacity}]}],
            "assay": [ASSAY],
            "barcode_format": [{"name": "supplier-x", "kind": "tube", "regex": "SX[0-9]{8}", "check": "none"}],
        }  # fmt: skip
        with program.database.transaction(Access.OWNER) as connection:
            catalog.load(connection, CatalogForm.model_validate(content), datetime.now(UTC), "tests")
        return town

    def somebody(self, name: str, *roles: str, site: str | None = None, lab: str | None = None, scopes: tuple[str, ...] = ()) -> Somebody:
        """Somebody of this town with these roles; the same name is the same person."""
        if name not in self.people:
            now, full = datetime.now(UTC), f"{name}-{self.site}"
            with self.program.database.transaction(Access.OWNER) as connection:
                auth.add_user(connection, now, full, roles, site=site, lab=lab, scopes=scopes)
                token = auth.issue_token(connection, now, full, None, "tests")
            self.people[name] = Somebody(full, self.web, token)
        return self.people[name]

    @property
    def ana(self) -> Somebody:
        """Samples at the site."""
        return self.somebody("ana", "sampler", site=self.site)

    @property
    def carl(self) -> Somebody:
        """Drives boxes."""
        return self.somebody("carl", "courier")

    @property
    def ben(self) -> Somebody:
        """Works at the bench."""
        return self.somebody("ben", "technician", lab=self.lab)

    @property
    def bea(self) -> Somebody:
        """Reviews."""
        return self.somebody("bea", "reviewer", lab=self.lab)

    @property
    def bo(self) -> Somebody:
        """Works at the bench and reviews."""
        return self.somebody("bo", "technician", "reviewer", lab=self.lab)

    @property
    def olga(self) -> Somebody:
        """Is the health official."""
        return self.somebody("olga", "official")

    @property
    def ada(self) -> Somebody:
        """Supervises the sites."""
        return self.somebody("ada", "admin")

    @property
    def authority(self) -> Somebody:
        """The authority's computer, which may see names."""
        return self.somebody("authority", "integration", scopes=("identity",))

    def sync(self, *tubes: dict[str, Any], device: str = "dev-1", by: Somebody | None = None) -> list[dict[str, Any]]:
        """Send tubes as Ana's device; the outcomes."""
        answer = (by or self.ana).post("/sampling/api/sync", {"device": device, "sent_at": at(20), "tubes": list(tubes)})
        assert answer.status_code == 202, answer.text
        outcomes: list[dict[str, Any]] = answer.json()["tubes"]
        return outcomes

    def collected(self, people: list[dict[str, Any]] | int = 2, **how: Any) -> dict[str, Any]:
        """A tube that Ana has collected and sent."""
        made = tube(self.site, people, **how)
        outcomes = self.sync(made)
        assert [outcome["outcome"] for outcome in outcomes] == ["accepted"], outcomes
        return made

    def received(self, *barcodes_: str, hours: float = 2) -> str:
        """Have Ben scan these tubes out of a box that nobody packed; the box."""
        box = code(barcodes.Kind.BOX)
        body = {"id": str(ids.uuid7()), "lab": self.lab, "at": at(hours), "temperature_c": 6.5, "tubes": list(barcodes_)}
        answer = self.ben.post(f"/testing/api/boxes/{box}/receive", body)
        assert answer.status_code == 200, answer.text
        return box

    def plated(self, *, hours: float = 3, layout: Any = "auto") -> dict[str, Any]:
        """Have Ben lay out what waits; the plate."""
        body = {
            "id": str(ids.uuid7()),
            "barcode": code(barcodes.Kind.PLATE),
            "lab": self.lab,
            "assay": "ncov2",
            "layout": layout,
            "at": at(hours),
        }
        answer = self.ben.post("/testing/api/plates", body)
        assert answer.status_code == 200, answer.text
        plate: dict[str, Any] = answer.json()
        return plate

    def run_file(self, plate: dict[str, Any], truth: dict[str, str] | None = None, *, spoiled: str = "") -> bytes:
        """The instrument's file for a plate: tubes are negative unless `truth` says otherwise (a key of SEEN)."""
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(["Plate", "Well", "Sample", "Target", "Ct"])
        for well, what in plate["wells"].items():
            kind = (truth or {}).get(what.get("tube", ""), "negative")
            if role := what.get("control"):
                kind = {"negative": "control_negative"}.get(role, role)
                kind = {"weak_positive": "blank"}.get(role, "positive") if role == spoiled else kind
            for target, ct in zip(("ORF1ab", "N", "RNaseP"), SEEN[kind], strict=True):
                rows.writerow([plate["barcode"], well, what.get("tube") or what["control"], target, "" if ct is None else ct])
        return out.getvalue().encode()

    def imported(
        self, plate: dict[str, Any], truth: dict[str, str] | None = None, *, hours: float = 4, spoiled: str = "", by: Somebody | None = None
    ) -> Response:
        """Have Ben import the instrument's file for a plate."""
        return self.upload(plate["barcode"], self.run_file(plate, truth, spoiled=spoiled), hours=hours, by=by)

    def upload(self, plate: str, content: bytes, *, hours: float = 4, by: Somebody | None = None) -> Response:
        """Have Ben upload a file for a plate."""
        who = by or self.ben
        return self.web.post(
            f"/testing/api/plates/{plate}/runs",
            files={"file": ("run.csv", content, "text/csv")},
            data={"at": at(hours)},
            headers=who.headers,
        )

    def reviewed(
        self, run: str, decision: str = "approve", tubes: list[str] | None = None, *, hours: float = 5, by: Somebody | None = None
    ) -> Response:
        """Have Bea decide on a run."""
        body = {"id": str(ids.uuid7()), "decision": decision, "at": at(hours)} | ({"tubes": tubes} if tubes else {})
        return (by or self.bea).post(f"/testing/api/runs/{run}/review", body)

    def tested(self, *barcodes_: str, truth: dict[str, str] | None = None, hours: float = 2) -> str:
        """The whole road of these tubes through the lab: received, plated, run, and everything released; the run."""
        self.received(*barcodes_, hours=hours)
        plate = self.plated(hours=hours + 1)
        run = self.imported(plate, truth, hours=hours + 2).json()["run"]
        assert self.reviewed(run, hours=hours + 3).status_code == 200
        if odd := [barcode for barcode in barcodes_ if (truth or {}).get(barcode, "negative") != "negative"]:
            answer = self.reviewed(run, tubes=odd, hours=hours + 3)
            assert answer.status_code == 200, answer.text
        return str(run)

    def results(self, *tubes: dict[str, Any]) -> dict[tuple[str, str], str]:
        """The state of every person of these tubes, by number and tube."""
        wanted, after = {made["barcode"] for made in tubes}, None
        found: dict[tuple[str, str], str] = {}
        while True:
            answer = self.authority.get(
                "/reporting/api/person-results", date="2022-02-02", site=self.site, **({"after": after} if after else {})
            )
            assert answer.status_code == 200, answer.text
            found |= {(row["id_number"], row["tube"]): row["state"] for row in answer.json()["items"] if row["tube"] in wanted}
            if not (after := answer.json()["next"]):
                return found

    def case(self, tube_code: str) -> dict[str, Any] | None:
        """The case of a tube, as Olga sees it."""
        answer = self.olga.get(f"/testing/api/cases/{tube_code}")
        return answer.json() if answer.status_code == 200 else None
