"""What stands in the database as the digest of a record was made by an older release; a repeat of that record must meet it."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from lims.sampling.sync.forms import TubeForm
from lims.sampling.sync.rules import digest_of, understood_member

STAMP = "2022-02-02T09:00:30+08:00"
PEOPLE = [
    {"position": 2, "id_type": "passport", "id_number": "E1234567", "name": " \"O'Neil\\", "collected_at": "2022-02-02T09:01:00+08:00"},
    {"position": 1, "id_type": "resident_id", "id_number": "360426199101010071", "name": "赵试一", "phone": None, "group": "community",
     "collected_at": STAMP},
]  # fmt: skip
TOLD = {
    "id": "0194c9a0-0000-7000-8000-000000000001", "revision": 2, "barcode": "10000000000176", "site": "FY-012", "round": "第一轮",
    "kind": "swab_pool", "pool_size": 10, "state": "sealed", "opened_at": "2022-02-02T09:00:00.25+08:00",
    "sealed_at": "2022-02-02T09:31:05+08:00", "retest_of": None, "members": PEOPLE,
}  # fmt: skip
DIGEST = "1b154ebc2385cae6833d0f786f4e8bcefefc46b1a6b71ba606882bad24a47206"


def digest(told: dict[str, object]) -> str:
    """The digest of a record whose people are named by an open hash."""
    form = TubeForm.model_validate(told)
    members = [
        understood_member(one, lambda _, number: UUID(bytes=sha256(number.encode()).digest()[:16]), datetime.now(UTC))
        for one in form.members
    ]
    return digest_of(form, form.barcode, form.retest_of, members).hex()


def test_the_digest_of_a_record_is_what_it_was_in_the_first_release() -> None:
    assert digest(TOLD) == DIGEST


def test_id_revision_notation_of_times_and_order_of_people_are_no_content() -> None:
    other = {"id": str(UUID(int=7)), "revision": 5, "sealed_at": "2022-02-02T01:31:05Z", "members": PEOPLE[::-1], "battery": 0.5}
    assert digest(TOLD | other) == DIGEST


def test_anything_else_is() -> None:
    said = [TOLD | {"site": "FY-013"}, TOLD | {"sealed_at": STAMP}, TOLD | {"members": [PEOPLE[0] | {"phone": "1"}, PEOPLE[1]]}]
    assert len({DIGEST, *map(digest, said)}) == len(said) + 1
