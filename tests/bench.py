"""What the people of the tests do at the bench, each in one line, and how a refusal is read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from httpx import Response

from lims.kernel import ids
from lims.kernel.barcodes import Kind
from tests.factories import Somebody, Town, at, code, tube

T = TypeVar("T")
# Half an hour on the other side of midnight from UTC: in which zone, the moment, and the day that it is there.
NIGHTS = [("Asia/Shanghai", "2022-02-12T16:30:00Z", "2022-02-13"), ("America/New_York", "2022-02-13T04:30:00Z", "2022-02-12")]
IDENTITY = ("id_type", "id_number", "name", "phone", "group")


def refused(answer: Response, status: int, code: str, *words: str) -> str:
    """The sentence of a refusal: with this status, this code, and these words in it."""
    problem = answer.json()
    assert (answer.status_code, problem.get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    sentence = str(problem["detail"])
    assert [word for word in words if word not in sentence] == [], sentence
    assert sentence.endswith((".", "?"))
    return sentence


def done(answer: Response) -> dict[str, Any]:
    """What was answered, where nothing was refused."""
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.json()
    return body


def together(*deeds: Callable[[], T]) -> list[T]:
    """Have these done at the same moment; what came of each."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], T]) -> T:
        start.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as hands:
        return list(hands.map(do, deeds))


def message(**content: object) -> dict[str, Any]:
    """A message under an id of its own, as of noon."""
    return {"id": str(ids.uuid7()), "at": at(4)} | content


def another_town(town: Town) -> Town:
    """A town whose people have no business in this one."""
    return Town.build(town.program, town.web)


def scan(town: Town, box: str, *tubes: str, by: Somebody | None = None, **changes: object) -> Response:
    """Ben scans these tubes out of a box."""
    return (by or town.ben).post(f"/testing/api/boxes/{box}/receive", message(lab=town.lab, tubes=list(tubes)) | changes)


def pack(town: Town, box: str, *tubes: str) -> Response:
    """Ana packs tubes into a box and seals it."""
    body = {"id": str(ids.uuid7()), "barcode": box, "site": town.site, "tubes": list(tubes), "sealed_at": at(1)}
    return town.ana.post("/sampling/api/boxes", body)


def dispatch(town: Town, box: str) -> Response:
    """Carl takes a box to the lab."""
    return town.carl.post(f"/sampling/api/boxes/{box}/dispatch", message(lab=town.lab, courier="carl", vehicle="浙A12345", at=at(1.5)))


def reject(town: Town, barcode: str, reason: str = "leaking", by: Somebody | None = None, **changes: object) -> Response:
    """Ben turns a tube away."""
    return (by or town.ben).post(f"/testing/api/tubes/{barcode}/reject", message(reason=reason) | changes)


def lay_out(town: Town, layout: object = "auto", by: Somebody | None = None, **changes: object) -> Response:
    """Ben lays out a plate."""
    body = message(barcode=code(Kind.PLATE), lab=town.lab, assay="ncov2", layout=layout)
    return (by or town.ben).post("/testing/api/plates", body | changes)


def mix(town: Town, *singles: str, by: Somebody | None = None, **changes: object) -> Response:
    """Ben mixes single tubes into an aliquot pool."""
    return (by or town.ben).post("/testing/api/pools", message(barcode=code(Kind.TUBE), lab=town.lab, members=list(singles)) | changes)


def review(run: str, reviewer: Somebody, decision: str = "approve", tubes: list[str] | None = None, **changes: object) -> Response:
    """Somebody decides on a run."""
    return reviewer.post(f"/testing/api/runs/{run}/review", message(decision=decision, tubes=tubes, comment="") | changes)


def note(town: Town, case: str, position: int, event: str, by: Somebody | None = None, **changes: object) -> Response:
    """Ana notes what became of calling a member back."""
    return (by or town.ana).post(f"/testing/api/cases/{case}/members/{position}", message(event=event) | changes)


def close(town: Town, case: str, outcome: str, reason: str = "", by: Somebody | None = None, **changes: object) -> Response:
    """Bea closes a case."""
    return (by or town.bea).post(f"/testing/api/cases/{case}/close", message(outcome=outcome, reason=reason) | changes)


def single_of(town: Town, member: dict[str, Any], retest_of: str, *, hours: float = 6, **changes: object) -> dict[str, Any]:
    """The single tube into which a member is sampled again; nobody has sent it yet."""
    return tube(town.site, [{name: member[name] for name in IDENTITY}], size=1, hours=hours, retest_of=retest_of, **changes)


def recollected(town: Town, member: dict[str, Any], retest_of: str, *, hours: float = 6) -> str:
    """The code of the single tube into which Ana has sampled a member again."""
    single = single_of(town, member, retest_of, hours=hours)
    (outcome,) = town.sync(single)
    assert outcome["outcome"] == "accepted", outcome
    return str(single["barcode"])


def found(town: Town, truth: dict[str, str], *, hours: float = 7) -> None:
    """The road of these tubes through the lab, found so and released."""
    town.tested(*truth, truth=truth, hours=hours)


def bench_state(town: Town, barcode: str) -> str:
    """How far the lab has come with a tube."""
    return str(done(town.ben.get(f"/sampling/api/tubes/{barcode}"))["bench_state"])


def members(town: Town, case: str) -> list[str]:
    """The states of a case's members, by position."""
    body = town.case(case)
    assert body is not None
    return [member["state"] for member in body["members"]]


def verbs(town: Town, barcode: str) -> list[str]:
    """What happened to a tube, in the order in which it was recorded."""
    return [line["verb"] for line in done(town.ben.get(f"/sampling/api/tubes/{barcode}"))["history"]]


def extract(town: Town, layout: object = "auto", by: Somebody | None = None, **changes: object) -> Response:
    """Ben extracts what waits."""
    body = message(barcode=code(Kind.PLATE), lab=town.lab, assay="ncov2", layout=layout)
    return (by or town.ben).post("/testing/api/extractions", body | changes)


def extracted(town: Town, count: int = 3) -> dict[str, Any]:
    """A batch of so many tubes that nobody has registered."""
    town.received(*(code(Kind.TUBE) for _ in range(count)))
    return done(extract(town))


def tubes_in(laid_out: dict[str, Any]) -> list[str]:
    """The tubes of a plate or batch."""
    return [what["tube"] for what in laid_out["wells"].values() if "tube" in what]


def spoiled_file(town: Town, plate: dict[str, Any], *wells: str) -> bytes:
    """The instrument's file of a plate with everything in order, but for the controls in these wells."""
    kept = town.run_file(plate).decode().splitlines()
    return "".join((out_of_control(line) if line.split(",")[1] in wells else line) + "\n" for line in kept).encode()


def out_of_control(line: str) -> str:
    """A reading of a control as it must not be: a weak positive without a Ct, any other with one."""
    parts = line.split(",")
    return ",".join([*parts[:4], "" if parts[2] == "weak_positive" else "31.5"])


def control_wells(plate: dict[str, Any], role: str, batch: str | None = None) -> list[str]:
    """The wells of one control role on a plate, of an extraction batch or of the plate itself."""
    return [well for well, what in plate["wells"].items() if what.get("control") == role and what.get("batch") == batch]
