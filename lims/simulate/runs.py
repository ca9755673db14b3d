"""Uploading a run and comparing what the server makes of it with what was in the tubes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from lims.kernel.ids import uuid7
from lims.simulate.instrument import WRITERS, Cts, Well
from lims.simulate.scene import Scene
from lims.simulate.wire import Answer

CALL_REASONS = frozenset({"single_target", "grey_zone"})


@dataclass(frozen=True)
class Run:
    """A run as the server answered it."""

    id: str
    passed: bool
    reasons: list[Any]
    calls: dict[str, dict[str, Any]]  # by tube

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """From the answer to an upload."""
        calls = {call["tube"]: call for call in said["calls"] if call.get("tube")}
        return cls(said["run"], said["control_verdict"] == "passed", said.get("reasons") or [], calls)


def form(name: str, content: bytes, at: str) -> tuple[str, bytes]:
    """A multipart form with the fields `file` and `at`: boundary and bytes (RFC 7578)."""
    boundary = uuid7().hex
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="at"\r\n\r\n{at}\r\n'.encode(),
        f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
        b"content-type: application/octet-stream\r\n\r\n",
        content,
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    return boundary, b"".join(parts)


async def send(scene: Scene, token: str, plate: str, file: tuple[str, bytes], hour: float, *, wrong: bool = False) -> Answer | None:
    """Upload a file of this name and content; a `wrong` one may be refused."""
    name, content = file
    boundary, body = form(name, content, scene.day.at(hour))
    path, kind = f"/testing/api/plates/{plate}/runs", "wrong file" if wrong else "run file"
    ok = (200, 201, 422) if wrong else (200, 201)
    sent = scene.client.call(kind, token, "POST", path, body, f"multipart/form-data; boundary={boundary}", ok)
    return await scene.attempt("run file refused", sent, plate=plate, file=name)


async def upload(scene: Scene, token: str, plate: str, wells: Sequence[Well], make: str, hour: float) -> Run | None:
    """Upload a run in this maker's format; where the server cannot read it, that is a finding, and the generic file follows."""
    for attempt in dict.fromkeys((make, "generic")):
        file = WRITERS[attempt](plate, wells, scene.plan.kit)
        if (answer := await send(scene, token, plate, file, hour)) is not None:
            return Run.of(answer.json())
    return None


def compare(scene: Scene, plate: str, run: Run, wanted: Mapping[str, tuple[str, frozenset[str]]], cts: Mapping[str, Cts]) -> None:
    """Call, reasons and readings of every tube of ours."""
    kit = scene.plan.kit
    for code, (call, reasons) in wanted.items():
        said = run.calls.get(code, {})
        right = said.get("call") == call and CALL_REASONS & set(said.get("reasons") or []) == reasons
        scene.findings.expect(right, "wrong call", plate=plate, tube=code, wanted=call, seen=said.get("call"), reasons=said.get("reasons"))
        readings = said.get("readings") or {}
        same = all(close(readings.get(target), ct) for target, ct in zip(kit.targets, cts[code], strict=False))
        scene.findings.expect(same, "readings of another well", plate=plate, tube=code, seen=readings, wanted=cts[code])


def close(said: float | None, ct: float | None) -> bool:
    """Whether two readings are the same, to the second decimal that the files carry."""
    if said is None or ct is None:
        return said is ct
    return abs(float(said) - ct) < 0.006
