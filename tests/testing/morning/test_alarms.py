"""What Ben and Bea are told to look at when they come in, and the rows behind it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from lims.kernel import clock
from lims.kernel.barcodes import Kind
from lims.testing.qc.contamination import distance
from tests.bench import another_town, control_wells, done, extracted, found, lay_out, message, recollected, review, spoiled_file, tubes_in
from tests.factories import MORNING, SEEN, Somebody, Town, code


def now(less: float) -> float:
    """The present moment less some hours, as hours of the day of the tests."""
    return (clock.now() - MORNING) / timedelta(hours=1) - less


def block(who: Somebody) -> tuple[str, list[str]]:
    """The block of alarms as text, and where its buttons lead."""
    page = who.get("/testing/", lang="en").text
    (body,) = re.findall(r'<section class="card alarms[^>]*>(.*?)</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split()), [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]+)"', body)]


def spilt(town: Town) -> tuple[dict[str, Any], str, bytes]:
    """A plate, a well of it, and a file in which that well is strong and its neighbours late."""
    town.received(*(code(Kind.TUBE) for _ in range(12)))
    plate = town.plated()
    tubes = {well: what["tube"] for well, what in plate["wells"].items() if "tube" in what}
    strong, *late = max(([well, *(other for other in tubes if distance(well, other) == 1)] for well in tubes), key=len)
    file = town.run_file(plate).decode()
    for well, ct in [(strong, 15.5), *((well, 35.5) for well in late)]:
        file = file.replace(f"{well},{tubes[well]},N,", f"{well},{tubes[well]},N,{ct}")
    return plate, strong, file.encode()


def measured(town: Town, plate: dict[str, Any], ct: float) -> str:
    """One more run of a plate, its weak positive found here."""
    file = town.run_file(plate).decode().replace(f"weak_positive,ORF1ab,{SEEN['weak_positive'][0]}", f"weak_positive,ORF1ab,{ct}")
    return str(done(town.upload(plate["barcode"], file.encode()))["run"])


def discordant_pools(town: Town, *, discordant: int, confirmed: int) -> list[str]:
    """Pools of two that were positive: of some both members are negative by themselves, of others one is positive."""
    pools = [town.collected(2, hours=now(9)) for _ in range(discordant + confirmed)]
    others = [town.collected(2, hours=now(9))["barcode"] for _ in range(20)]
    codes = [pool["barcode"] for pool in pools]
    town.tested(*codes, *others, truth=dict.fromkeys(codes, "positive"), hours=now(8))
    truth: dict[str, str] = {}
    for number, pool in enumerate(pools):
        singles = [recollected(town, member, pool["barcode"], hours=now(4.5)) for member in pool["members"]]
        truth |= dict.fromkeys(singles, "negative") | ({singles[0]: "positive"} if number >= discordant else {})
    found(town, truth, hours=now(4))
    return codes


def test_a_lab_in_which_nothing_is_out_of_the_way_says_so(town: Town) -> None:
    said, links = block(town.ben)
    assert "Nothing out of the way in the last 24 hours." in said
    assert links == []


def test_a_spill_is_an_alarm_that_opens_its_run(town: Town) -> None:
    plate, strong, file = spilt(town)
    run = done(town.upload(plate["barcode"], file))["run"]
    said, links = block(town.bea)
    assert f"Plate {plate['barcode']}: late positives beside a strong one in {strong}." in said
    assert links == [f"/testing/runs/{run}"]
    assert "perhaps contaminated" in town.bea.get(links[0]).text


def test_the_same_file_again_is_no_second_alarm(town: Town) -> None:
    plate, _, file = spilt(town)
    for _ in range(2):
        done(town.upload(plate["barcode"], file))
    assert len(block(town.bea)[1]) == 1


def test_a_drifting_control_is_one_alarm_however_many_runs_show_it_and_opens_its_chart(town: Town) -> None:
    town.received(code(Kind.TUBE))
    plate = town.plated()
    for number in range(20):
        measured(town, plate, 33.5 + number % 2 + number / 1000)
    assert block(town.ben)[1] == []
    for number in range(2):
        measured(town, plate, 36.0 + number / 1000)
    said, links = block(town.ben)
    assert "ncov2 v1, ORF1ab, in 2 runs of the last day. 1-3s: one value more than three SD" in said
    assert links == ["/testing/controls?assay=ncov2&version=1"]
    assert "1-3s" in town.ben.get(links[0]).text


def test_a_single_value_beyond_two_sd_asks_nobody_to_come(town: Town) -> None:
    town.received(code(Kind.TUBE))
    plate = town.plated()
    for number in range(20):
        measured(town, plate, 33.5 + number % 2 + number / 1000)
    measured(town, plate, 35.2)
    assert block(town.ben)[1] == []


def test_more_discordant_pools_than_expected_are_an_alarm_that_opens_their_list(town: Town) -> None:
    pools = discordant_pools(town, discordant=4, confirmed=1)
    said, links = block(town.bea)
    assert "discordant pools: 4 Of 5 pools that were not negative 4 have only negative members" in said
    assert links == ["/testing/discordant"]
    page = town.bea.get(links[0], lang="en").text
    assert "more than expected" in page
    assert [pool for pool in pools if f"/testing/cases/{pool}" not in page] == []
    assert page.count("1 positive") == 1


def test_discordant_pools_as_expected_are_listed_and_no_alarm(town: Town) -> None:
    discordant_pools(town, discordant=1, confirmed=3)
    assert block(town.bea)[1] == []
    page = town.bea.get("/testing/discordant", lang="en").text
    assert "as expected" in page
    assert re.search(r"\(here \d+\.\d\d %\)", page)
    assert page.count("1 positive") == 3


def test_a_pool_with_a_member_who_was_not_tested_yet_is_neither(town: Town) -> None:
    pool = town.collected(2, hours=now(9))
    town.tested(pool["barcode"], truth={pool["barcode"]: "positive"}, hours=now(8))
    single = recollected(town, pool["members"][0], pool["barcode"], hours=now(4.5))
    found(town, {single: "negative"}, hours=now(4))
    assert "Pools come here with their members" in town.bea.get("/testing/discordant", lang="en").text


def test_all_alarms_stand_in_one_block_what_has_left_the_lab_first(town: Town) -> None:
    batch = extracted(town, 2)
    first = done(lay_out(town, batches=[batch["barcode"]]))
    done(review(done(town.imported(first))["run"], town.bea))
    plate, _, file = spilt(town)
    run = done(town.upload(plate["barcode"], file))["run"]
    well = control_wells(first, "negative", batch["barcode"])[0]
    done(town.upload(first["barcode"], spoiled_file(town, first, well), hours=6))
    said, links = block(town.bea)
    assert "results that have left the lab: 2" in said
    assert links == [f"/testing/extractions/{batch['barcode']}", f"/testing/runs/{run}"]
    decided = message(decision="told the clinic")
    assert town.bea.post(f"/testing/api/extractions/{batch['barcode']}/settle", decided).status_code == 204
    assert block(town.bea)[1] == [f"/testing/runs/{run}"]


def test_another_lab_sees_none_of_it(town: Town) -> None:
    plate, _, file = spilt(town)
    done(town.upload(plate["barcode"], file))
    pools = discordant_pools(town, discordant=3, confirmed=0)
    other = another_town(town)
    assert block(other.bea)[1] == []
    assert pools[0] not in other.bea.get("/testing/discordant", lab=town.lab).text


def test_the_alarms_cost_the_same_number_of_statements_however_many_there_are(town: Town) -> None:
    plate, _, file = spilt(town)
    done(town.upload(plate["barcode"], file))
    few = int(town.bea.get("/testing/").headers["x-statements"])
    discordant_pools(town, discordant=3, confirmed=2)
    plate, _, file = spilt(town)
    done(town.upload(plate["barcode"], file))
    assert int(town.bea.get("/testing/").headers["x-statements"]) <= few + 2
    assert len(tubes_in(plate)) == 12


@pytest.mark.parametrize("who", ["ana", "olga", "ada", "carl"])
def test_the_list_of_discordant_pools_is_for_the_bench(town: Town, who: str) -> None:
    assert getattr(town, who).get("/testing/discordant").status_code == 403
