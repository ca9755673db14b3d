"""How what waits is sorted, for any mixture."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lims.catalog.policies import TimeLimit
from lims.testing.morning.rules import Stage, late_before, plates_of, queue_of

NOW = datetime(2022, 2, 2, 12, tzinfo=UTC)
LIMITS = {"single": TimeLimit(date(2022, 1, 1), "single", 6, "tests"), "swab_pool": TimeLimit(date(2022, 1, 1), "screening", 24, "tests")}


@dataclass(frozen=True)
class Group:
    """Tubes that wait together, as the database counts them."""

    plate: str
    site: str | None
    kind: str | None
    recollection: bool
    tubes: int
    extracted: int
    oldest: datetime


@dataclass(frozen=True)
class ARun:
    """A run of a plate."""

    controls_passed: bool


def limit_of(group: Group) -> TimeLimit | None:
    return LIMITS.get(group.kind or "")


GROUPS = st.lists(
    st.builds(
        Group,
        plate=st.sampled_from("PQR"),
        site=st.sampled_from([None, "S", "T"]),
        kind=st.sampled_from([None, "single", "swab_pool"]),
        recollection=st.booleans(),
        tubes=st.integers(1, 50),
        extracted=st.just(0),
        oldest=st.integers(0, 60).map(lambda hours: NOW - timedelta(hours=hours)),
    ),
    unique_by=lambda group: (group.plate, group.site, group.kind, group.recollection),
)


@given(GROUPS)
def test_every_tube_stands_in_one_class_and_the_first_due_comes_first(groups: list[Group]) -> None:
    classes = queue_of(groups, limit_of, {}, NOW)
    assert sum(one.standing.tubes for one in classes) == sum(group.tubes for group in groups)
    due = [one.standing.due for one in classes]
    dated = [moment for moment in due if moment is not None]
    assert dated == sorted(dated)
    assert due == [*dated, *[None] * (len(due) - len(dated))]


@given(GROUPS)
def test_only_groups_whose_oldest_is_late_are_counted(groups: list[Group]) -> None:
    for group, before in late_before(groups, limit_of, NOW):
        assert group.oldest < before
    late = {group for group, _ in late_before(groups, limit_of, NOW)}
    assert all((limit := limit_of(group)) is None or limit.due(group.oldest) >= NOW for group in groups if group not in late)


@given(GROUPS, st.dictionaries(st.sampled_from("PQR"), st.booleans().map(ARun)))
def test_every_plate_stands_at_the_stage_of_its_run(groups: list[Group], runs: dict[str, ARun]) -> None:
    found = plates_of(groups, limit_of, runs, NOW)
    assert sorted(plate.barcode for plates in found.values() for plate in plates) == sorted({group.plate for group in groups})
    for stage, plates in found.items():
        for plate in plates:
            run = runs.get(plate.barcode)
            assert stage is (Stage.TO_RUN if run is None else Stage.TO_REVIEW if run.controls_passed else Stage.FAILED)
            assert plate.standing.tubes == sum(group.tubes for group in groups if group.plate == plate.barcode)
