"""The command line as an operator uses it: results on standard output, 0 done, 1 a finding, 2 wrong use."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from lims.apps import distribution
from lims.apps.cli import app, commands
from lims.apps.commands.database import whereabouts
from lims.apps.commands.simulate import CITY
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import running
from lims.kernel.settings import Settings, settings

Lims = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Iterator[Path]:
    """A data folder of the operator's own, with its server kept up between the commands."""
    place = Path(tempfile.mkdtemp(prefix="operator-", dir=data_dir))
    place.chmod(0o711)
    with running(Settings(data_dir=place, database_url=None), connections=1):
        yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def lims(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lims]:
    """Types a command."""
    monkeypatch.setenv("LIMS_DATA_DIR", str(folder))
    monkeypatch.delenv("LIMS_DATABASE_URL", raising=False)
    settings.cache_clear()

    def typed(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(commands, [*words])
        if result.exception is not None and not isinstance(result.exception, SystemExit | Refused):
            raise result.exception
        assert (1 if isinstance(result.exception, Refused) else result.exit_code) == code, result.output
        return result

    typed("db", "upgrade")
    typed("catalog", "load", str(CITY))
    yield typed
    settings.cache_clear()


def test_an_upgrade_again_changes_nothing(lims: Lims) -> None:
    assert "program" in lims("db", "status").stdout
    lims("db", "upgrade")


def test_who_has_spread_the_tables_is_told_to_start_every_process_again(lims: Lims, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "again" not in lims("db", "distribute", "--dry-run").stderr
    monkeypatch.setattr(distribution, "distribute", lambda *_: ["SELECT 1"])
    done = lims("db", "distribute")
    assert done.stdout == "SELECT 1;\n"
    assert "start every `lims serve`, `lims worker` and `lims run watch` again" in done.stderr
    monkeypatch.setattr(distribution, "distribute", lambda *_: [])
    assert lims("db", "distribute").output == ""


def test_a_catalogue_loaded_again_changes_nothing(lims: Lims) -> None:
    assert lims("catalog", "load", str(CITY)).stdout.startswith("0 changed")


def test_a_token_stands_alone_on_the_last_line(lims: Lims) -> None:
    said = lims("user", "add", "zoe", "--role", "technician", "--role", "reviewer", "--lab", "QM", "--token").stdout
    assert said.strip().splitlines()[-1].startswith("lims_")


def test_whoever_adds_a_name_that_is_there_is_told_what_that_changed(lims: Lims) -> None:
    first = ("user", "add", "yan", "--role", "technician", "--role", "reviewer", "--lab", "QM")
    for _ in range(2):
        assert lims(*first).stderr == "", "nothing is another than before"
    again = lims("user", "add", "yan", "--role", "official")
    assert again.stderr.splitlines() == [
        "yan was there already: roles reviewer, technician -> official",
        "yan was there already: lab QM -> -",
    ]
    assert again.stdout == "yan: official\n"
    lims("user", "revoke", "yan")
    assert "active False -> True" in lims("user", "add", "yan", "--role", "official").stderr


@pytest.mark.parametrize("words", [("--role", "sampler", "--site", "XX-404"), ("--role", "technician", "--lab", "XX")])
def test_a_user_of_nowhere_is_refused(lims: Lims, words: tuple[str, ...]) -> None:
    lims("user", "add", "nobody", *words, code=1)


def test_wrong_use_is_two(lims: Lims) -> None:
    lims("catalog", "load", "there-is-no-such-file.toml", code=2)
    lims("reconcile", "--date", "yesterday", code=2)
    lims("reconcile", "--date", "9999-12-31", code=2)
    lims("report", "daily", "--date", "0001-01-01", "--out", "report.json", code=2)
    lims("user", "add", "nobody", "--role", "king", code=2)
    lims("user", "add", "nobody", "--role", "integration", "--scope", "everything", code=2)
    lims("serve", "--port", "99999", code=2)


def test_a_catalogue_in_another_encoding_is_refused(lims: Lims, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_bytes("name = '城'".encode("gbk"))
    lims("catalog", "load", str(tmp_path / "city.toml"), code=1)


def test_every_wrong_place_of_a_catalogue_is_in_the_table_of_the_refused(lims: Lims, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text('[[lab]]\ncode = "X"\n[[area]]\nname = 7\n', "utf-8")
    lims("catalog", "load", str(tmp_path / "city.toml"), "--refused", str(tmp_path / "refused.csv"), code=1)
    rows = (tmp_path / "refused.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == "place,reason"
    assert {"lab.0.name", "lab.0.kind", "area.0.code", "area.0.name"} <= {row.split(",")[0] for row in rows[1:]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("report", "daily", "--date", "2022-02-02", "--out", "/no/such/folder/day.csv"), 2, "/no/such/folder/day.csv"),
        (("db", "backup", "/no/such/folder/all.backup"), 1, "pg_dump"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(
    lims: Lims, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.setattr("sys.argv", ["lims", *words])
    with pytest.raises(SystemExit) as end:
        app()
    told = capsys.readouterr().err
    assert (end.value.code, said in told, "Traceback" in told) == (code, True, False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LIMS_TIMEZONE", "Mars/One", "LIMS_TIMEZONE: Mars/One is no time zone like Asia/Shanghai"),
        ("LIMS_SMTP_PORT", "mail", "LIMS_SMTP_PORT: Input should be a valid integer"),
        ("LIMS_DATABASE_URL", "mysql://lims:secret@db/lims", "LIMS_DATABASE_URL: an address begins with postgresql://"),
    ],
)
def test_a_setting_that_cannot_be_is_named_without_its_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["lims", "db", "status"])
    settings.cache_clear()
    with pytest.raises(SystemExit) as end:
        app()
    settings.cache_clear()
    told = capsys.readouterr().err
    assert (end.value.code, told.startswith(said), "secret" in told) == (2, True, False)


def test_a_command_before_the_first_upgrade_says_what_to_do(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Path(tempfile.mkdtemp(prefix="fresh-", dir=data_dir))
    place.chmod(0o711)
    monkeypatch.setenv("LIMS_DATA_DIR", str(place))
    monkeypatch.delenv("LIMS_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["lims", "user", "add", "ada", "--role", "admin"])
    settings.cache_clear()
    with pytest.raises(SystemExit) as end:
        app()
    settings.cache_clear()
    assert (end.value.code, "lims db upgrade" in capsys.readouterr().err) == (1, True)


def test_labels_are_reserved_and_printed_once_and_again_only_with_a_reason(lims: Lims, tmp_path: Path) -> None:
    codes = lims("labels", "reserve", "--site", "DH-001", "--count", "7").stdout.strip()
    for kind, again in ((".csv", []), (".pdf", ["--reprint-reason", "wet"]), (".zpl", ["--reprint-reason", "wet again"])):
        out = tmp_path / f"labels{kind}"
        assert "7 labels" in lims("labels", "print", codes, "--out", str(out), *again).stdout
        assert out.stat().st_size > 100
    refused = lims("labels", "print", codes, "--out", str(tmp_path / "labels.png"), code=1)
    assert "printed before; say with --reprint-reason why" in str(refused.exception)
    lims("labels", "print", "10999999999990-10999999999990", "--out", str(tmp_path / "other.png"), code=1)


def test_a_day_without_anybody_reconciles_and_is_reported_in_every_form(lims: Lims, tmp_path: Path) -> None:
    assert "unexplained=0" in lims("reconcile", "--date", "2022-02-02").stdout
    for kind in ("csv", "json", "html", "xlsx", "pdf"):
        out = tmp_path / f"day.{kind}"
        lims("report", "daily", "--date", "2022-02-02", "--out", str(out))
        assert out.stat().st_size > 100
    lims("report", "daily", "--date", "2022-02-02", "--out", str(tmp_path / "day.docx"), code=1)


def test_the_audit_trail_verifies_until_the_owner_of_the_database_alters_it(lims: Lims, folder: Path) -> None:
    assert "verified" in lims("audit", "verify").stdout
    with running(Settings(data_dir=folder), connections=1) as program:
        with program.database.transaction(Access.OWNER) as connection:
            connection.execute(text("UPDATE event SET actor = 'somebody else' WHERE id = (SELECT min(id) FROM event)"))
        assert "BROKEN: an event under seal 1" in lims("audit", "verify", code=1).stdout
        with program.database.transaction(Access.OWNER) as connection:
            connection.execute(text("UPDATE event SET actor = 'command line' WHERE id = (SELECT min(id) FROM event)"))
    lims("audit", "verify")


def test_the_doctor_names_what_is_wrong_and_what_to_do(lims: Lims, folder: Path) -> None:
    assert "ok   database" in lims("doctor").stdout
    with running(Settings(data_dir=folder), connections=1) as program:
        with program.database.transaction(Access.OWNER) as connection:
            head = connection.execute(text("UPDATE alembic_version SET version_num = '0001' RETURNING version_num")).scalar_one()
            assert head == "0001"
        assert "run `lims db upgrade`" in lims("doctor", code=1).stdout
        lims("db", "status", code=1)
        with program.database.transaction(Access.OWNER) as connection:
            from lims.apps import migrate  # noqa: PLC0415 - only to put right what was put wrong here

            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrate.head()})


def test_a_backup_goes_into_an_empty_database_with_everything_and_into_no_other(
    lims: Lims, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lims("labels", "reserve", "--site", "DH-001", "--count", "3")
    lims("audit", "verify")
    backup = tmp_path / "day.backup"
    lims("db", "backup", str(backup))
    lims("db", "restore", str(backup), code=1)
    other = Path(tempfile.mkdtemp(prefix="restored-", dir=folder.parent))
    other.chmod(0o711)
    key = backup.with_name("day.backup.key")
    assert key.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("LIMS_DATA_DIR", str(other))
    settings.cache_clear()
    with running(Settings(data_dir=other), connections=1) as program:
        assert "restored" in CliRunner().invoke(commands, ["db", "restore", str(backup)], catch_exceptions=False).output
        assert CliRunner().invoke(commands, ["audit", "verify"], catch_exceptions=False).exit_code == 0
        with program.database.transaction(Access.OWNER) as connection:
            assert connection.execute(text("SELECT count(*) FROM site")).scalar_one() == 4
        first = CliRunner().invoke(commands, ["labels", "reserve", "--site", "XS-001", "--count", "1"], catch_exceptions=False).output
        assert int(first.strip().split("-")[0][2:13]) > 1_000_000
        with pytest.raises(Exception, match="permission denied"), program.database.transaction(Access.BENCH) as connection:
            connection.execute(text("SELECT count(*) FROM person"))
        CliRunner().invoke(commands, ["user", "add", "after", "--role", "official"], catch_exceptions=False)
        assert CliRunner().invoke(commands, ["audit", "verify"], catch_exceptions=False).exit_code == 0


def test_a_backup_restored_beside_another_secret_key_says_so_and_waits_for_the_right_one(
    lims: Lims, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lims("audit", "verify")
    backup = tmp_path / "day.backup"
    lims("db", "backup", str(backup))
    backup.with_name("day.backup.key").unlink()
    other = Path(tempfile.mkdtemp(prefix="keyless-", dir=folder.parent))
    other.chmod(0o711)
    monkeypatch.setenv("LIMS_DATA_DIR", str(other))
    settings.cache_clear()
    with running(Settings(data_dir=other), connections=1):
        told = CliRunner().invoke(commands, ["db", "restore", str(backup)], catch_exceptions=False)
        assert (told.exit_code, "another secret key" in told.stderr) == (0, True)
        CliRunner().invoke(commands, ["user", "add", "after", "--role", "official"], catch_exceptions=False)
        for words in (["audit", "verify"], ["doctor"]):
            told = CliRunner().invoke(commands, words, catch_exceptions=False)
            assert (told.exit_code, "LIMS_SECRET_KEY" in told.output) == (1, True)
        shutil.copy(folder / "secret.key", other / "secret.key")
        settings.cache_clear()
        assert CliRunner().invoke(commands, ["audit", "verify"], catch_exceptions=False).exit_code == 0


def test_a_device_is_added_with_its_link_on_the_last_line_and_taken_out_of_use(lims: Lims) -> None:
    lims("device", "add", "Tent 3", "--site", "XX-404", code=1)
    lines = lims("device", "add", "Tent 3", "--site", "DH-001", "--url", "https://lims.example.org/").stdout.strip().splitlines()
    assert lines[-1].startswith("https://lims.example.org/sampling/set-up?device=")
    device = lines[-2].split()[0]
    assert f"{device}\tDH-001\tlink_open\tnever\tTent 3" in lims("device", "list", "--site", "DH-001").stdout
    lims("device", "revoke", device)
    assert f"{device}\tDH-001\trevoked" in lims("device", "list").stdout
    lims("device", "revoke", "d-00000000", code=1)


def test_a_backup_goes_to_the_server_that_is_meant_and_no_other() -> None:
    sure = whereabouts("postgresql+psycopg://lims:p%40ss@db:5433/lims?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    assert sure["PGSSLMODE"] == "verify-full"
    assert (sure["PGSSLROOTCERT"], sure["PGPASSWORD"], sure["PGPORT"]) == ("/etc/ca.pem", "p@ss", "5433")
    two = whereabouts("postgresql+psycopg://lims@/lims?host=db1,db2&port=5432,5433&target_session_attrs=read-write")
    assert (two["PGHOST"], two["PGPORT"], two["PGTARGETSESSIONATTRS"]) == ("db1,db2", "5432,5433", "read-write")
    assert whereabouts("postgresql+psycopg://lims@/lims?host=/srv/lims%20data/run")["PGHOST"] == "/srv/lims data/run"
