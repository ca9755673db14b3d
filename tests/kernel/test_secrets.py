"""What is hidden is found again with the key, and only with it."""

import dataclasses
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.kernel.secrets import Keys, UnknownKeyError, keyed
from lims.kernel.settings import Settings

KEYS = Keys.derive(b"a secret")


@given(plain=st.binary(max_size=200))
def test_what_was_hidden_is_shown_as_it_was_and_never_hidden_the_same_way_twice(plain: bytes) -> None:
    assert KEYS.show(KEYS.hide(plain)) == plain
    assert KEYS.hide(plain) != KEYS.hide(plain)


def test_another_secret_shows_nothing() -> None:
    with pytest.raises(UnknownKeyError, match="this program has"):
        Keys.derive(b"another secret").show(KEYS.hide(b"Ana"))


@pytest.mark.parametrize("place", [0, 5, -1])
def test_one_changed_bit_is_noticed(place: int) -> None:
    hidden = bytearray(KEYS.hide(b"Ana"))
    hidden[place] ^= 1
    with pytest.raises(UnknownKeyError):
        KEYS.show(bytes(hidden))


def test_each_purpose_has_its_own_key() -> None:
    values = [getattr(KEYS, field.name) for field in dataclasses.fields(KEYS)]
    assert len(set(values)) == len(values) == 5


@given(first=st.lists(st.text(max_size=5), max_size=3), second=st.lists(st.text(max_size=5), max_size=3))
def test_no_two_lists_of_words_share_a_hash(first: list[str], second: list[str]) -> None:
    assert (keyed(KEYS.code, *first) == keyed(KEYS.code, *second)) is (first == second)


@given(key=st.binary(max_size=100), word=st.text(max_size=100))
def test_a_keyed_hash_is_the_hmac_that_others_would_make(key: bytes, word: str) -> None:
    raw = word.encode()
    assert keyed(key, word) == hmac.digest(key, len(raw).to_bytes(4) + raw, "sha256")


def test_a_secret_made_once_is_the_same_for_the_next_program_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    first, second = (Settings(data_dir=tmp_path, secret_key=None).secret() for _ in range(2))
    assert first == second
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_given_secret_is_used_and_leaves_no_file(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path, secret_key="given").secret() == b"given"
    assert [*tmp_path.iterdir()] == []
