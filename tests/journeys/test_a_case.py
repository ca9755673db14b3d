"""From ten swabs in one tube to a closed case, hand by hand."""

from typing import Any

from lims.kernel.barcodes import Kind
from tests.bench import close, dispatch, done, found, members, note, pack, recollected, review, scan
from tests.factories import Town, at, code


def driven(town: Town, *tubes: str) -> str:
    """Ana packs, Carl drives, Ben receives; the box."""
    box = code(Kind.BOX)
    done(pack(town, box, *tubes))
    done(dispatch(town, box))
    standing = done(scan(town, box, *tubes, at=at(2)))
    assert (standing["received"], standing["missing"]) == (sorted(tubes), [])
    return box


def as_olga_sees(town: Town, case: str) -> dict[str, Any]:
    """A case."""
    found_case = town.case(case)
    assert found_case is not None
    return found_case


def test_a_positive_pool_of_four_is_confirmed_when_the_last_of_them_is_settled(town: Town) -> None:
    pool, clean = town.collected(4), town.collected(10)
    barcode = pool["barcode"]
    driven(town, barcode, clean["barcode"])

    run = done(town.imported(town.plated(), {barcode: "positive"}))["run"]
    assert as_olga_sees(town, barcode)["preliminary"] is True
    assert set(town.results(pool, clean).values()) == {"pending"}
    assert done(review(run, town.bea, at=at(5)))["released"] == [clean["barcode"]]
    assert set(town.results(clean).values()) == {"negative"}
    done(review(run, town.bea, tubes=[barcode], at=at(5)))
    assert set(town.results(pool).values()) == {"verifying"}

    ann, bob, che, dee = pool["members"]
    for place, event in ((1, "notified"), (2, "notified"), (3, "unreachable"), (4, "refused")):
        done(note(town, barcode, place, event, at=at(5.5)))
    assert members(town, barcode) == ["notified", "notified", "unreachable", "refused"]
    singles = {who["id_number"]: recollected(town, who, barcode) for who in (ann, bob)}
    found(town, {singles[ann["id_number"]]: "positive", singles[bob["id_number"]]: "invalid"})
    assert members(town, barcode) == ["positive", "to_recollect", "unreachable", "refused"]
    assert as_olga_sees(town, barcode)["state"] == "recollecting"

    # Bob's swab was no good, Che is found, Dee changes her mind.
    again = {recollected(town, who, barcode, hours=11): "negative" for who in (bob, che, dee)}
    found(town, again, hours=12)
    case = as_olga_sees(town, barcode)
    assert (case["state"], case["outcome"], members(town, barcode)) == ("closed", "confirmed", ["positive"] + ["negative"] * 3)
    assert sorted(town.results(pool).values()) == ["negative"] * 3 + ["positive"]
    assert done(town.ana.get("/sampling/api/recollections"))["items"] == []


def test_a_discordant_pool_is_cleared_by_bea_who_says_why(town: Town) -> None:
    pool = town.collected(2)
    town.tested(pool["barcode"], truth={pool["barcode"]: "grey_zone"}, hours=1)
    found(town, {recollected(town, member, pool["barcode"]): "negative" for member in pool["members"]})
    assert as_olga_sees(town, pool["barcode"])["state"] == "settled"
    assert set(town.results(pool).values()) == {"negative"}
    done(close(town, pool["barcode"], "cleared", "low virus diluted; both singles negative twice", at=at(12)))
    assert as_olga_sees(town, pool["barcode"])["outcome"] == "cleared"


def test_everybody_whose_hands_a_reactive_tube_passed_through_is_on_its_record(town: Town) -> None:
    pool = town.collected(3)
    barcode = pool["barcode"]
    box = driven(town, barcode)
    plate = town.plated()
    run = done(town.imported(plate, {barcode: "positive"}))["run"]
    done(review(run, town.bea, tubes=[barcode]))
    record = done(town.ana.get(f"/sampling/api/tubes/{barcode}"))
    hands = [(line["verb"], line["actor"]) for line in record["history"]]
    assert hands == [
        ("tube.registered", town.ana.name),
        ("tube.boxed", town.ana.name),
        ("tube.dispatched", town.carl.name),
        ("tube.received", town.ben.name),
        ("tube.plated", town.ben.name),
        ("tube.tested", town.ben.name),
        ("tube.released", town.bea.name),
    ]
    told = {line["verb"]: line["what"] for line in record["history"]}
    well = next(well for well, what in plate["wells"].items() if what.get("tube") == barcode)
    assert told["tube.plated"] == {"plate": plate["barcode"], "well": well}
    assert (told["tube.received"]["box"], told["tube.tested"]["run"], record["box"]) == (box, run, box)
    assert [member["id_number"] for member in record["members"]] == [member["id_number"] for member in pool["members"]]
    # Ben sees the same way without the people.
    assert done(town.ben.get(f"/sampling/api/tubes/{barcode}"))["members"] is None


def test_no_name_or_number_of_anybody_is_seen_on_the_whole_way_at_the_bench(town: Town) -> None:
    pool = town.collected(2)
    barcode = pool["barcode"]
    box = driven(town, barcode)
    plate = town.plated()
    imported = town.imported(plate, {barcode: "positive"})
    released = review(imported.json()["run"], town.bea, tubes=[barcode])
    seen = [
        imported.text,
        released.text,
        scan(town, box).text,
        *(town.ben.get(path).text for path in (f"/testing/api/plates/{plate['barcode']}", f"/sampling/api/tubes/{barcode}")),
        town.ben.get(f"/testing/api/plates/{plate['barcode']}/sample-sheet").text,
        town.bea.get(f"/testing/api/runs/{imported.json()['run']}").text,
        town.olga.get("/testing/api/cases", lab=town.lab).text,
    ]
    secrets = [member[name] for member in pool["members"] for name in ("name", "id_number", "phone")]
    assert not [secret for secret in secrets for text in seen if secret in text]
