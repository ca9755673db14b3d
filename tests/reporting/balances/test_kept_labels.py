"""What became of the labels of a large day is kept with its account, and anything that is told of a label has them counted anew."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from lims.kernel.barcodes import Kind, own_code
from lims.reporting.accounts import LabelsAccount, PassedOver
from lims.sampling.labels.tables import LabelRange
from lims.sampling.printing.tables import Job, VoidLabel
from tests.reporting.balances.asking import LONG_AFTER, keep, read_on, shown
from tests.reporting.city import DAY, LATER, NEXT, City, at, put, uuid
from tests.reporting.test_keeping import told

RANGE, JOB = uuid("a range"), uuid("a job")
FIRST, LAST = 70_001, 70_010


def label(serial: int) -> str:
    return own_code(Kind.TUBE, serial)


@pytest.fixture
def labelled(lived: City) -> City:
    """Ten labels of the day, of which six came out of the printer; the first and the third are on tubes of the next day."""
    row = {"id": RANGE, "site": "FY-001", "first_serial": FIRST, "last_serial": LAST, "reserved_at": at(7), "reserved_by": "ana"}
    put(lived.connection, LabelRange, **row)
    job = {"id": JOB, "site": "FY-001", "range_id": RANGE, "first_serial": FIRST, "last_serial": LAST, "printed_through": FIRST + 5,
           "sent_through": FIRST + 5, "template": "35x30", "format": "zpl", "state": "broken", "made_at": at(7), "made_by": "ana",
           "changed_at": at(7)}  # fmt: skip
    put(lived.connection, Job, **job)
    for serial in (FIRST, FIRST + 2):
        lived.tube(label(serial), sealed_at=at(9, NEXT))
    keep(lived, DAY)
    return lived


def test_the_labels_of_a_large_day_are_kept(labelled: City) -> None:
    account = shown(labelled).account
    assert account.labels == LabelsAccount(issued=10, used=2, void=0, in_doubt=0, not_printed=4, in_stock=3, unexplained=1)
    assert account.passed_over == (PassedOver(label(FIRST + 1), label(FIRST + 1), 1),)
    labelled.connection.execute(text("UPDATE kept_account SET account = jsonb_set(account, '{labels,used}', '77')"))
    assert shown(labelled).account.labels == LabelsAccount(10, 77, 0, 0, 4, 3, 1)


def is_on_a_tube(city: City) -> str:
    return city.tube(label(FIRST + 1), sealed_at=at(10, NEXT))


def is_printed(city: City) -> str:
    city.connection.execute(text("UPDATE print_job SET printed_through = printed_through + 1, sent_through = sent_through + 1"))
    return f"print {JOB}"


def is_void(city: City) -> str:
    put(city.connection, VoidLabel, serial=FIRST + 1, range_id=RANGE, reason="torn", voided_by="ana", voided_at=at(10, NEXT))
    return f"labels {RANGE}"


@pytest.mark.parametrize(
    ("happens", "verb"), [(is_on_a_tube, "tube.registered"), (is_printed, "print.printed"), (is_void, "labels.voided")]
)
@pytest.mark.parametrize("is_read", [True, False])
def test_what_is_told_of_a_label_has_those_of_its_day_counted_anew(
    labelled: City, happens: Callable[[City], str], verb: str, is_read: bool
) -> None:
    before = shown(labelled).account
    told(labelled, happens(labelled), verb, at(10, NEXT))
    if is_read:
        read_on(labelled)
    assert (shown(labelled).account, shown(labelled).as_of) == (before, LATER)
    assert shown(labelled, now=LONG_AFTER).account.labels != before.labels


def test_what_is_told_of_labels_of_other_days_leaves_them_as_they_are(labelled: City) -> None:
    other = {"id": uuid("another range"), "site": "FY-001", "first_serial": 80_001, "last_serial": 80_010, "reserved_at": at(7, NEXT)}
    put(labelled.connection, LabelRange, **other, reserved_by="ana")
    told(labelled, labelled.tube(label(80_001), sealed_at=at(10, NEXT)), "tube.registered", at(10, NEXT))
    assert shown(labelled, now=LONG_AFTER).as_of == LONG_AFTER
