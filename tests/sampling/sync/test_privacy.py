"""Names, numbers and phones stay in their room: nothing of them stands in clear in any table, log or answer to strangers (promise 26)."""

import json
import logging
from collections.abc import Iterable

import pytest
from sqlalchemy import text

from lims.kernel import barcodes
from lims.kernel.db import Access
from tests.factories import Town, at, code, person, tube


def tables(town: Town) -> Iterable[tuple[str, str]]:
    """Every table with all its rows as one text: bytes as hexadecimal, and once more as the characters they might be."""
    with town.program.database.transaction(Access.OWNER) as connection:
        names = (
            connection.execute(text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))
            .scalars()
            .all()
        )
        for name in names:
            dump = connection.execute(text(f"SELECT string_agg(t::text, E'\\n') FROM \"{name}\" AS t")).scalar_one()
            yield name, dump or ""


def planted(number: int) -> dict[str, str]:
    """Somebody whose name, number and phone nobody else has."""
    return person(name=f"欧阳密{number}", phone=f"1391234{number:04d}")


def traces(town: Town, secrets: Iterable[str], elsewhere: str = "") -> list[str]:
    """Where one of these words stands in clear, as text or as the bytes of text."""
    words = [form for secret in secrets for form in (secret, secret.encode().hex(), json.dumps(secret).strip('"'))]
    rooms = [*tables(town), ("log", elsewhere)]
    return [f"{room}: {word}" for room, content in rooms for word in words if word in content]


def server_logs(town: Town) -> str:
    """What PostgreSQL has written."""
    return "".join(path.read_text(errors="replace") for path in town.program.settings.data_dir.rglob("*.log"))


def test_nobody_is_found_in_clear_in_any_table_or_log(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    people = [planted(number) for number in range(40)]
    stored = town.collected(people[:10])
    held = tube(town.site, people[10:11], size=1, retest_of=tube(town.site)["barcode"])
    refused = tube(town.site, people[11:22])
    wrong = tube(town.site, [people[22] | {"id_number": people[22]["id_number"][:-1] + "?"}])
    shapeless = tube(town.site, people[23:25]) | {"kind": people[23]["name"], "round": [people[24]["name"]]}
    conflict = tube(town.site, people[25:27], barcode=stored["barcode"])
    changed = stored | {"members": [stored["members"][0] | {"name": people[27]["name"]}]}
    outcomes = town.sync(held, refused, wrong, shapeless, conflict, changed)
    assert [outcome["outcome"] for outcome in outcomes] == ["held", "refused", "refused", "refused", "conflict", "conflict"]
    town.ana.post("/sampling/api/result-lookup", {"id_type": "resident_id", "id_number": people[0]["id_number"], "code": "AAAAAAAA"})
    town.tested(stored["barcode"], truth={stored["barcode"]: "positive"})
    said = json.dumps([outcome["detail"] for outcome in outcomes], ensure_ascii=False)
    secrets = [word for one in people for word in (one["name"], one["id_number"], one["phone"])]
    assert traces(town, secrets, caplog.text + said + server_logs(town)) == []
    assert traces(town, [stored["barcode"]], caplog.text) != []  # whoever looks finds what is there


@pytest.mark.parametrize("field", ["barcode", "site", "id", "round", "retest_of", "kind", "state", "pool_size"])
def test_an_id_card_scanned_into_the_wrong_field_is_kept_only_where_nobody_can_read_it(town: Town, field: str) -> None:
    one, other = person()["id_number"], "欧阳密" + code(barcodes.Kind.TUBE)[-6:]
    made = [tube(town.site) | {field: secret} for secret in (one, other)]
    outcomes = town.sync(*made)
    if field == "round":  # a word of the device's own, which nobody checks
        return
    assert {outcome["outcome"] for outcome in outcomes} == {"refused"}
    assert traces(town, [one, other]) == []


def test_the_bench_has_no_key_to_the_room_of_the_names(town: Town) -> None:
    with town.program.database.engine(Access.BENCH).connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("SELECT * FROM person"))


def test_the_bench_has_no_key_to_what_was_kept_raw(town: Town) -> None:
    with town.program.database.engine(Access.BENCH).connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("SELECT * FROM inbox"))


@pytest.mark.parametrize("outcome", ["held", "refused", "conflict"])
def test_what_was_not_taken_is_kept_whole_and_readable_with_the_key(town: Town, outcome: str) -> None:
    people = [person()]
    mine = town.collected(1)
    made = {
        "held": tube(town.site, people, size=1, retest_of=tube(town.site)["barcode"]),
        "refused": tube(town.site, people, sealed_at=None),
        "conflict": tube(town.site, people, barcode=mine["barcode"]),
    }[outcome]
    (told,) = town.sync(made)
    assert told["outcome"] == outcome
    with town.program.database.transaction(Access.OWNER) as connection:
        rows = connection.execute(text("SELECT raw, code, detail FROM inbox WHERE barcode = :code"), {"code": made["barcode"]}).all()
    ((raw, reason, detail),) = rows
    assert json.loads(town.program.keys.show(raw)) == made
    assert (reason, detail) == (told["code"], told["detail"])


def test_a_failure_of_the_server_is_logged_without_the_values_it_happened_with(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(secret["name"])

    secret = planted(99)
    monkeypatch.setattr("lims.sampling.sync.api.take", broken)
    answer = town.ana.post("/sampling/api/sync", {"device": "dev-1", "sent_at": at(1), "tubes": [tube(town.site, [secret])]})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert secret["name"] not in caplog.text + answer.text
    assert "ValueError" in caplog.text
