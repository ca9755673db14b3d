"""A code is given out once, whatever happens; a reprint is explicit and marked (promise 13)."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from lims.kernel import barcodes, clock
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.labels import actions
from lims.sampling.labels.stock import DOTS_PER_MM
from tests.factories import Somebody, Town
from tests.sampling.sync.crowd import together


def reserved(town: Town, count: int, by: Somebody | None = None) -> dict[str, Any]:
    """A range for the town's site."""
    answer = (by or town.ana).post("/sampling/api/label-ranges", {"site": town.site, "count": count})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def serials(made: dict[str, Any]) -> range:
    """The serial numbers of a range."""
    return range(barcodes.serial_of(made["first"]), barcodes.serial_of(made["last"]) + 1)


def labels(town: Town, made: dict[str, Any], **how: str) -> Response:
    """The labels of a range."""
    return town.ana.get(f"/sampling/api/label-ranges/{made['id']}/labels", **({"format": "csv"} | how))


def test_a_range_has_as_many_consecutive_codes_as_were_asked_for(town: Town) -> None:
    made = reserved(town, 25)
    assert (made["count"], len(serials(made))) == (25, 25)
    assert barcodes.own_kind(made["first"]) is barcodes.own_kind(made["last"]) is barcodes.Kind.TUBE


@pytest.mark.parametrize("count", [1, 10_000])
def test_the_fewest_and_the_most_labels_are_given(town: Town, count: int) -> None:
    assert len(serials(reserved(town, count))) == count


@pytest.mark.parametrize("count", [0, -1, 10_001, 10**30, "many", None, 1.5])
def test_no_other_number_of_labels_is_given(town: Town, count: Any) -> None:
    answer = town.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": count})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_program_that_asks_for_another_number_is_told_the_bounds(town: Town, count: int) -> None:
    with town.program.database.transaction(Access.FIELD) as connection, pytest.raises(Refused) as refusal:
        actions.reserve(connection, town.site, count, "tests", clock.now())
    assert refusal.value.code == "label_count"
    assert "1 to 10000" in refusal.value.detail


def test_of_fifty_reservations_at_once_no_two_overlap(town: Town) -> None:
    towns = [town, Town.build(town.program, town.web), Town.build(town.program, town.web)]
    asked = [(towns[number % 3], towns[number % 3].ana, 7 + 113 * (number % 11)) for number in range(50)]
    made = together(*[lambda where=where, ana=ana, count=count: reserved(where, count, ana) for where, ana, count in asked])
    given = [serial for one in made for serial in serials(one)]
    assert len(given) == len(set(given)) == sum(count for _, _, count in asked)


def test_codes_of_a_transaction_that_came_to_nothing_are_never_given_to_two(town: Town) -> None:
    given: list[int] = []
    for number in range(12):
        with town.program.database.engine(Access.FIELD).connect() as connection:
            row = actions.reserve(connection, town.site, 400, "tests", clock.now())
            if number % 3 == 1:
                connection.rollback()
                continue
            connection.commit()
            given += range(row.first_serial, row.last_serial + 1)
    assert len(given) == len(set(given)) == 8 * 400


def test_the_database_itself_gives_no_code_twice(town: Town) -> None:
    made = serials(reserved(town, 10))
    columns = "id, site, first_serial, last_serial, reserved_at, reserved_by"
    statement = text(f"INSERT INTO label_range ({columns}) VALUES (:id, 'x', :first, :last, now(), 'x')")
    for first, last in ((made[0], made[0]), (made[-1], made[-1] + 5), (made[0] - 1, made[-1] + 1)):
        with pytest.raises(Refused) as refusal, town.program.database.transaction(Access.FIELD) as connection:
            connection.execute(statement, {"id": uuid4(), "first": first, "last": last})
        assert refusal.value.code == "label_range_taken"


def test_a_range_prints_exactly_its_codes(town: Town) -> None:
    made = reserved(town, 12)
    answer = labels(town, made)
    assert answer.status_code == 200
    codes = [line.split(",")[0].strip('"\ufeff') for line in answer.content.decode("utf-8-sig").splitlines()[1:]]
    assert codes == [barcodes.own_code(barcodes.Kind.TUBE, serial) for serial in serials(made)]


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_range_is_printed_for_the_resolution_that_is_asked_for(town: Town, dpi: int) -> None:
    printed = labels(town, reserved(town, 1), format="zpl", dpi=str(dpi))
    assert printed.status_code == 200, printed.text
    assert f"^PW{round(35 * DOTS_PER_MM[dpi])}" in printed.text


def test_a_second_print_needs_a_reason_and_is_on_record(town: Town) -> None:
    made = reserved(town, 2)
    answers = [labels(town, made), labels(town, made), labels(town, made, reprint_reason="  "), labels(town, made, reprint_reason="jammed")]
    assert [answer.status_code for answer in answers] == [200, 409, 409, 200]
    assert answers[1].json()["code"] == "reprint_without_reason"
    assert "reprint_reason" in answers[1].json()["detail"]
    with town.program.database.transaction(Access.OWNER) as connection:
        query = text("SELECT verb, what->>'reason' FROM event WHERE subject = :subject ORDER BY id")
        events = [tuple(row) for row in connection.execute(query, {"subject": f"labels {made['id']}"})]
    assert events == [("labels.reserved", None), ("labels.printed", None), ("labels.reprinted", "jammed")]


def test_of_two_first_prints_at_once_one_is_the_first(town: Town) -> None:
    made, ana = reserved(town, 2), town.ana
    answers = together(*[lambda: ana.get(f"/sampling/api/label-ranges/{made['id']}/labels", format="csv")] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"template": "none_such"}, "label_template_unknown"),
        ({"template": "../../etc/passwd"}, "label_template_unknown"),
        ({"format": "exe"}, "label_format_unknown"),
        ({"dpi": "72"}, "label_dpi_unknown"),
    ],
    ids=str,
)
def test_a_print_that_failed_is_no_print(town: Town, how: dict[str, str], code: str) -> None:
    made = reserved(town, 1)
    assert labels(town, made, **how).json()["code"] == code
    assert labels(town, made).status_code == 200


def test_labels_of_another_site_do_not_exist_for_cleo(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    for path in (reserved(town, 1)["id"], str(uuid4())):
        answer = elsewhere.ana.get(f"/sampling/api/label-ranges/{path}/labels", format="csv")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_labels_for_another_site_are_not_reserved(town: Town) -> None:
    elsewhere = Town.build(town.program, town.web)
    answer = elsewhere.ana.post("/sampling/api/label-ranges", {"site": town.site, "count": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert town.ada.post("/sampling/api/label-ranges", {"site": town.site, "count": 1}).status_code == 201


def test_a_site_that_nobody_knows_gets_no_labels(town: Town) -> None:
    answer = town.ada.post("/sampling/api/label-ranges", {"site": "NOWHERE", "count": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "site_unknown")
