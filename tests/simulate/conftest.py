"""A server small enough to be read in one sitting: it keeps the contract in memory, and can be told to break it."""

import csv
import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from lims.kernel.barcodes import Kind, own_code
from lims.simulate.plan import Credentials, Plan
from lims.simulate.wire import Answer, TransportError

WELLS = [f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH"]
CONTROLS = {"A1": "weak_positive", "D5": "negative", "H12": "negative", "C3": "blank"}
SINGLE = {"negative": "negative", "positive": "positive", "inconclusive": "inconclusive", "invalid": "recollect"}


class FakeServer:
    """Answers like the product, from dictionaries."""

    def __init__(self) -> None:
        self.serial = 0
        self.tubes: dict[str, dict[str, Any]] = {}
        self.packed: dict[str, list[str]] = {}
        self.scanned: dict[str, list[str]] = defaultdict(list)
        self.lab_of: dict[str, str] = {}
        self.waiting: dict[str, list[str]] = defaultdict(list)
        self.plates: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.rejected: set[str] = set()
        self.released: dict[str, str] = {}
        self.reactive_once: set[str] = set()
        self.events: dict[tuple[str, int], str] = {}
        self.closed: dict[str, str] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.trouble: dict[int, Answer | None] = {}  # by number of the request: an answer instead of the true one; None: silence
        self.cut: set[int] = set()  # requests that are carried out, but whose answer gets lost
        self.answered: dict[tuple[str, bytes], Answer] = {}
        self.forget: set[int] = set()  # which accepted tubes to lose, by their number
        self.lost_labels = self.unexplained = 0  # labels that the account does not know, and that nobody explains
        self.lie: dict[str, str] = {}  # call -> call: what is reported instead

    async def close(self) -> None:
        """Nothing to close."""

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Route a request."""
        parts = urlsplit(path)
        self.requests.append((method, parts.path, headers["authorization"].removeprefix("Bearer ")))
        number = len(self.requests)
        if number in self.trouble and (trouble := self.trouble[number]) is not None:
            return trouble
        if number in self.trouble:
            raise TransportError("gone")
        # A message with an id is carried out once; the same again gets the same answer.
        known = self.answered.get((path, body)) if b'"id"' in body[:10] else None
        answer = known or self.carry_out(method, path, body)
        self.answered[path, body] = answer
        if number in self.cut:
            raise TransportError("gone in the middle")
        return answer

    def carry_out(self, method: str, path: str, body: bytes) -> Answer:
        """Do what a request says."""
        parts = urlsplit(path)
        for pattern, handler in ROUTES:
            if match := re.fullmatch(pattern, f"{method} {parts.path}"):
                raw = body if b"form-data" in body[:200] else json.loads(body or b"{}")
                status, told = handler(self, raw or dict(parse_qsl(parts.query)), *match.groups())
                return Answer(status, {"x-statements": "3"}, told if isinstance(told, bytes) else json.dumps(told).encode())
        return Answer(404, {}, b'{"code": "not_found", "detail": "no such path"}')

    # ---- sampling
    def reserve(self, body: dict[str, Any]) -> tuple[int, Any]:
        first, self.serial = self.serial + 1, self.serial + body["count"]
        codes = (own_code(Kind.TUBE, first), own_code(Kind.TUBE, self.serial))
        return 201, {"id": str(first), "first": codes[0], "last": codes[1], "count": body["count"]}

    def sync(self, body: dict[str, Any]) -> tuple[int, Any]:
        rows = []
        for tube in body["tubes"]:
            known = self.tubes.get(tube["barcode"])
            outcome = "accepted"
            if known is not None and known["id"] != tube["id"]:
                outcome = "conflict"
            elif known is not None and tube["revision"] <= known["revision"]:
                outcome = "conflict" if tube["revision"] == known["revision"] and tube != known else "already_have"
            elif len(self.tubes) not in self.forget:
                self.tubes[tube["barcode"]] = tube
            rows.append({"id": tube["id"], "barcode": tube["barcode"], "revision": tube["revision"], "outcome": outcome})
        return 202, {"receipt": "r", "tubes": rows}

    def pack(self, body: dict[str, Any]) -> tuple[int, Any]:
        inside = {code for codes in self.packed.values() for code in codes}
        bad = [c for c in body["tubes"] if c in inside or self.tubes.get(c, {}).get("state") != "sealed"]
        if bad:
            return 409, {"code": "box_tube", "detail": f"{bad[0]} cannot be packed"}
        self.packed[body["barcode"]] = body["tubes"]
        return 201, {}

    def dispatch(self, body: dict[str, Any], box: str) -> tuple[int, Any]:
        return (200, {}) if box in self.packed else (404, {})

    def recollections(self, query: dict[str, str]) -> tuple[int, Any]:
        items = []
        for code, tube in self.tubes.items():
            if tube["site"] == query["site"] and tube["retest_of"] is None:
                for member in tube["members"]:
                    place = member["position"]
                    if self.own(code) not in ("pending", "negative", "positive") and self.answer(code, place) is None:
                        case = f"case-{code}" if code in self.reactive_once else None
                        items.append({"tube": code, "position": place, "state": "to_recollect", "case": case})
        return 200, self.page(items, query)

    # ---- testing
    def receive(self, body: dict[str, Any], box: str) -> tuple[int, Any]:
        for code in body["tubes"]:
            if code not in self.lab_of:
                self.lab_of[code] = body["lab"]
                self.waiting[body["lab"]].append(code)
        self.scanned[box] += body["tubes"]
        seen, listed = self.scanned[box], self.packed[box]
        strange = [code for code in seen if code not in listed]
        return 200, {
            "expected": listed,
            "received": seen,
            "missing": [code for code in listed if code not in seen],
            "unexpected": [code for code in strange if code in self.tubes],
            "unregistered": [code for code in strange if code not in self.tubes],
        }

    def reject(self, body: dict[str, Any], code: str) -> tuple[int, Any]:
        self.waiting[self.lab_of[code]].remove(code)
        self.rejected.add(code)
        return 200, {}

    def lay(self, body: dict[str, Any]) -> tuple[int, Any]:
        queue = self.waiting[body["lab"]]
        taken, self.waiting[body["lab"]] = queue[:92], queue[92:]
        if not taken:
            return 409, {"code": "nothing_waits", "detail": "No tube waits."}
        free = (well for well in WELLS if well not in CONTROLS)
        wells: dict[str, Any] = {well: {"tube": code} for well, code in zip(free, taken, strict=False)}
        wells |= {well: {"control": role} for well, role in CONTROLS.items()}
        self.plates[body["barcode"]] = wells
        return 201, {"barcode": body["barcode"], "wells": wells}

    def run(self, body: bytes, plate: str) -> tuple[int, Any]:
        content = body.split(b'name="file"')[1].split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
        digest = hashlib.sha256(content).hexdigest()
        name, wells = body.split(b'filename="')[1].split(b'"')[0].decode(), self.plates[plate]
        if plate not in name + content.decode():
            return 422, {"code": "run_other_plate", "detail": "This file is of another plate."}
        cts: dict[str, dict[str, float | None]] = defaultdict(dict)
        for well, target, ct in parsed(content.decode()):
            cts[well][target] = ct
        assert set(cts) == set(wells)
        calls: list[dict[str, Any]] = []
        for well, what in wells.items():
            call, reasons = self.call(cts[well])
            if "tube" in what:
                calls.append({"well": well, "tube": what["tube"], "readings": cts[well], "call": call, "reasons": reasons})
        bad = [w for w, x in wells.items() if "control" in x and not in_control(x["control"], cts[w])]
        run: dict[str, Any] = {"run": digest[:12], "control_verdict": "failed" if bad else "passed", "reasons": bad, "calls": calls}
        self.runs[run["run"]] = run
        self.reactive_once |= {c["tube"] for c in calls if not bad and c["call"] != "negative"}
        return 201, run

    def call(self, cts: dict[str, float | None]) -> tuple[str, list[str]]:
        found = [("det" if ct <= 38 else "grey" if ct <= 40 else "no") if ct else "no" for ct in (cts["ORF1ab"], cts["N"])]
        call, reasons = "inconclusive", list[str]()
        if found == ["det", "det"]:
            call = "positive"
        elif found == ["no", "no"]:
            call = "negative" if cts["RNaseP"] and cts["RNaseP"] <= 38 else "invalid"
        else:
            reasons = ["single_target"] * (found.count("det") == 1) + ["grey_zone"] * ("grey" in found)
        return self.lie.get(call, call), reasons

    def review(self, body: dict[str, Any], run: str) -> tuple[int, Any]:
        calls = {call["tube"]: call["call"] for call in self.runs[run]["calls"]}
        if self.runs[run]["control_verdict"] == "failed":
            return 409, {"code": "controls_failed", "detail": "The controls failed."}
        if body["decision"] == "reject":
            for code in body["tubes"]:
                self.waiting[self.lab_of[code]].append(code)
            return 200, {"released": [], "returned": body["tubes"]}
        named = body.get("tubes") or [code for code, call in calls.items() if call == "negative"]
        self.released |= {code: calls[code] for code in named}
        return 200, {"released": named, "returned": []}

    def event(self, body: dict[str, Any], case: str, position: str) -> tuple[int, Any]:
        self.events[case, int(position)] = body["event"]
        return 200, {}

    def cases(self, query: dict[str, str]) -> tuple[int, Any]:
        pools = [c for c in self.tubes if c in self.reactive_once and self.tubes[c]["kind"] == "swab_pool"]
        return 200, self.page([self.case(code) for code in pools], query)

    def case(self, code: str) -> dict[str, Any]:
        members = []
        for member in self.tubes[code]["members"]:
            place, answer = member["position"], self.answer(code, member["position"])
            state = self.events.get((code, place), "to_recollect")
            if answer is not None:
                state = self.own(answer) if answer in self.released else "received"
            members.append({"position": place, "state": {"recollect": "to_recollect"}.get(state, state), "tube": answer})
        seen = {member["state"] for member in members}
        state, outcome = "recollecting", None
        if seen <= {"negative", "positive"}:
            state, outcome = ("closed", "confirmed") if "positive" in seen else ("settled", None)
        if self.released.get(code) == "negative":
            state, outcome = "closed", "withdrawn"
        if code in self.closed:
            state, outcome = "closed", self.closed[code]
        return {"id": f"case-{code}", "tube": code, "lab": self.lab_of[code], "state": state, "outcome": outcome, "members": members}

    def close_case(self, body: dict[str, Any], case: str) -> tuple[int, Any]:
        self.closed[case] = body["outcome"]
        return 200, {}

    # ---- reporting
    def own(self, code: str) -> str:
        if code in self.rejected:
            return "recollect"
        call = self.released.get(code)
        if call is None:
            return "pending"
        if self.tubes[code]["kind"] == "swab_pool":
            return "negative" if call == "negative" else "verifying"
        return SINGLE[call]

    def answer(self, code: str, position: int) -> str | None:
        number = self.tubes[code]["members"][position - 1]["id_number"]
        return next((c for c, t in self.tubes.items() if t["retest_of"] == code and t["members"][0]["id_number"] == number), None)

    def results(self, query: dict[str, str]) -> tuple[int, Any]:
        items = []
        for code, tube in self.tubes.items():
            for member in tube["members"] if tube["site"] == query["site"] else []:
                state, answer = self.own(code), self.answer(code, member["position"])
                if state not in ("pending", "negative", "positive") and answer in self.released:
                    state = self.own(answer)
                shown = {name: member[name] for name in ("id_type", "id_number", "name", "position", "collected_at")}
                place = {"tube": code, "site": tube["site"], "state": state, "pooled": tube["kind"] == "swab_pool", "released_at": "x"}
                items.append(shown | place)
        return 200, self.page(items, query)

    def page(self, items: list[Any], query: dict[str, str], most: int = 100) -> dict[str, Any]:
        start = int(query.get("after", 0))
        return {"items": items[start : start + most], "next": str(start + most) if start + most < len(items) else None}

    def reconciliation(self, query: dict[str, str]) -> tuple[int, Any]:
        rows = sum(len(tube["members"]) for tube in self.tubes.values())
        return 200, {
            "people": {"sampled": rows, "with_result": rows, "open": {}, "unexplained": 0},
            "tubes": {},
            "readings": {},
            "labels": self.labels(),
        }

    def labels(self) -> dict[str, int]:
        used = len(self.tubes)
        return {"issued": self.serial - self.lost_labels, "used": used, "unexplained": self.unexplained}

    def throughput(self, query: dict[str, str]) -> tuple[int, Any]:
        return 200, {"rows": [{"day": query["from"], "lab": lab, "capacity_tubes": 100} for lab in ("YH", "MV")]}

    def daily(self, _: dict[str, str], day: str) -> tuple[int, Any]:
        return 200, f"%PDF-1.7 {day}".encode()


def parsed(text: str) -> list[tuple[str, str, float | None]]:
    """Well, target and Ct of each row, of the three formats."""
    lines = text.splitlines()
    if "[Results]" in lines:
        rows = [line.split("\t") for line in lines[lines.index("[Results]") + 1 :]]
        names = ("Well Position", "Target Name", "CT")
    else:
        rows = list(csv.reader(io.StringIO(text)))
        names = ("Well", "Target", "Ct" if "Ct" in rows[0] else "Cq")
    at = [rows[0].index(name) for name in names]
    found = [[row[place] for place in at] for row in rows[1:]]
    return [(f"{w[0]}{int(w[1:])}", target, None if ct in ("", "NaN", "Undetermined") else float(ct)) for w, target, ct in found]


def in_control(role: str, cts: dict[str, float | None]) -> bool:
    """The controls rule of the contract."""
    found = [cts["ORF1ab"], cts["N"]]
    if role == "weak_positive":
        return all(ct is not None and 0 < ct <= 38 for ct in found)
    return not any(ct is not None and 0 < ct <= 40 for ct in found)


ROUTES: tuple[tuple[str, Callable[..., tuple[int, Any]]], ...] = (
    (r"POST /sampling/api/label-ranges", FakeServer.reserve),
    (r"POST /sampling/api/sync", FakeServer.sync),
    (r"POST /sampling/api/boxes", FakeServer.pack),
    (r"POST /sampling/api/boxes/(\d+)/dispatch", FakeServer.dispatch),
    (r"GET /sampling/api/recollections", FakeServer.recollections),
    (r"POST /testing/api/boxes/(\d+)/receive", FakeServer.receive),
    (r"POST /testing/api/tubes/(\d+)/reject", FakeServer.reject),
    (r"POST /testing/api/plates", FakeServer.lay),
    (r"POST /testing/api/plates/(\d+)/runs", FakeServer.run),
    (r"POST /testing/api/runs/(\w+)/review", FakeServer.review),
    (r"GET /testing/api/cases", FakeServer.cases),
    (r"POST /testing/api/cases/case-(\d+)/members/(\d+)", FakeServer.event),
    (r"POST /testing/api/cases/case-(\d+)/close", FakeServer.close_case),
    (r"GET /reporting/api/person-results", FakeServer.results),
    (r"GET /reporting/api/reconciliation", FakeServer.reconciliation),
    (r"GET /reporting/api/throughput", FakeServer.throughput),
    (r"GET /reporting/daily/([\d-]+)\.pdf", FakeServer.daily),
)


@pytest.fixture
def server() -> FakeServer:
    """A fresh fake server."""
    return FakeServer()


@pytest.fixture
def plan() -> Plan:
    """A small day long past."""
    return Plan(people=1200, date=date(2022, 2, 2), prevalence=0.01, seed=7)


@pytest.fixture
def credentials() -> Credentials:
    """Two sites, two labs."""
    return Credentials(
        samplers={"FY-001": "ana-1", "FY-002": "ana-2"},
        courier="carl",
        technicians={"YH": "ben-yh", "MV": "ben-mv"},
        reviewers={"YH": "bea-yh", "MV": "bea-mv"},
        official="olga",
        integration="cdc",
        admin="ada",
    )
