"""The pure decisions, at their edges."""

from pathlib import Path

import pytest

from lims.kernel.embedded import rules


def test_the_longest_folder_that_can_hold_a_socket() -> None:
    fits = Path("/" + "x" * (99 - len("//.s.PGSQL.5432")))
    assert rules.can_hold_socket(fits)
    assert not rules.can_hold_socket(fits.with_name(fits.name + "x"))
    assert not rules.can_hold_socket(Path("/" + "\u4e2d" * 30)), "bytes count, not letters"


@pytest.mark.parametrize("name", ["a,b", "a'b", 'a"b', "a$b", "a`b", "a\\b", "a\nb"])
def test_a_folder_that_libpq_or_the_configuration_would_misread_holds_no_socket(name: str) -> None:
    assert not rules.can_hold_socket(Path("/run") / name)


@pytest.mark.parametrize(
    ("line", "major"),
    [
        ("postgres (PostgreSQL) 18.6", 18),
        ("pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15),
        ("PostgreSQL (PostgreSQL) 19beta1", 19),
        ("", 0),
    ],
)
def test_the_major_version_is_read_from_every_spelling(line: str, major: int) -> None:
    assert rules.major_of(line) == major


def test_before_17_the_cluster_does_without_the_builtin_locales() -> None:
    new, old, mac = (
        rules.initdb_arguments(major, Path("/c"), Path("/p"), c_utf8_locale=linux) for major, linux in [(17, True), (16, True), (16, False)]
    )
    assert {"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=scram-sha-256", "--pwfile=/p"} < set(new)
    assert "--locale=C.UTF-8" in old
    assert "--locale=C" in mac
    assert not any("provider" in argument for argument in (*old, *mac))


def test_only_the_remains_of_a_killed_server_are_worth_waiting_for() -> None:
    assert rules.may_pass_soon("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use")
    assert not rules.may_pass_soon("FATAL:  could not write lock file: No space left on device")


def test_write_ahead_log_is_compressed_with_lz4_only_where_the_server_can() -> None:
    assert "wal_compression = off" in rules.settings_text(Path("/s"), lz4=False)
    assert "wal_compression = lz4" in rules.settings_text(Path("/s"), lz4=True)
