"""Identity numbers: one string for one document, and what can be checked is checked."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from lims.kernel.errors import Refused
from lims.kernel.secrets import Keys
from lims.sampling.people.rules import (
    CODE_ALPHABET,
    Identity,
    IdType,
    canonical_number,
    check_born,
    lookup_code,
    masked_name,
    masked_number,
    person_id,
)

KEYS = Keys.derive(b"a secret of the tests")
OTHERS = [kind for kind in IdType if kind is not IdType.RESIDENT_ID]


def resident(body: str) -> str:
    """A resident ID of these 17 digits, with its check character."""
    return body + str(ric.calc_check_digit(body + "0"))


def refusal(id_type: str, number: str) -> str:
    """The code with which a number is refused; the sentence never repeats the number."""
    with pytest.raises(Refused) as refused:
        canonical_number(id_type, number)
    assert number.strip() == "" or number not in refused.value.detail
    return refused.value.code


@pytest.mark.parametrize(
    "number", ["360426199101010071", "120103198806018241", resident("11010519491231002"), resident("33011120000229001")]
)
def test_a_resident_id_is_taken_as_it_is(number: str) -> None:
    assert canonical_number("resident_id", number) == number


@pytest.mark.parametrize(
    "scan",
    [
        "\uff13\uff16\uff10426199101010071",
        " 360426 19910101 0071\r\n",
        "360426-19910101-0071",
        "\ufeff360426199101010071\x1d",
        "360426199101010071\u3000",
    ],
)
def test_what_scanners_and_keyboards_add_is_taken_off(scan: str) -> None:
    assert canonical_number("resident_id", scan) == "360426199101010071"


def test_a_small_x_is_the_check_character_x() -> None:
    number = next(resident(f"33011119900101{order:03d}") for order in range(100) if resident(f"33011119900101{order:03d}").endswith("X"))
    assert canonical_number("resident_id", number.lower()) == number


@pytest.mark.parametrize(
    "number", ["360426199101010072", "36042619910101007", "3604261991010100711", "36042619910101007A", "E12345678", "\u0663" * 18]
)
def test_a_resident_id_of_wrong_length_or_check_is_refused(number: str) -> None:
    assert refusal("resident_id", number) == "resident_id_invalid"


@pytest.mark.parametrize("born", ["19910230", "19911301", "19910100", "20230229", "18000101", "00000000"])
def test_a_birth_date_that_no_calendar_has_is_refused_though_the_check_is_right(born: str) -> None:
    assert refusal("resident_id", resident(f"360426{born}001")) == "resident_id_invalid"


def test_somebody_who_is_not_born_yet_has_no_resident_id() -> None:
    now = datetime(2022, 2, 2, 17, 0, tzinfo=UTC)  # the third in Shanghai
    check_born(resident("36042620220203001"), now)
    with pytest.raises(Refused) as refused:
        check_born(resident("36042620220204001"), now)
    assert refused.value.code == "resident_id_invalid"


@pytest.mark.parametrize("region", ["999999", "000000", "330122"])
def test_an_unknown_or_renamed_region_is_no_reason_to_refuse(region: str) -> None:
    number = resident(f"{region}19910101007")
    assert canonical_number("resident_id", number) == number


@given(digits=st.from_regex(r"[0-9]{17}", fullmatch=True), place=st.integers(0, 17), wrong=st.sampled_from("0123456789"))
def test_every_single_wrong_digit_of_a_resident_id_is_caught(digits: str, place: int, wrong: str) -> None:
    number = resident("360426" + "19910101" + digits[:3])
    misread = number[:place] + wrong + number[place + 1 :]
    if misread != number:
        assert refusal("resident_id", misread) == "resident_id_invalid"


@pytest.mark.parametrize("kind", OTHERS)
def test_other_documents_are_taken_in_capitals_without_blanks(kind: IdType) -> None:
    assert canonical_number(kind, " h 0123-4567(8) ") == "H01234567(8)"


@pytest.mark.parametrize("number", ["", "   ", "\x00", "-", "A" * 41])
def test_an_empty_or_endless_number_is_refused(number: str) -> None:
    assert refusal("passport", number) == "id_number_malformed"


def test_the_number_of_a_soldiers_card_begins_with_words() -> None:
    assert canonical_number("other", " 军字第 12-34 567 号 ") == "军字第1234567号"
    assert refusal("passport", "军字第1234567号") == "id_number_malformed"
    assert refusal("other", "军字;1") == "id_number_malformed"


@pytest.mark.parametrize("number", ["E12护照", "E12;DROP", "=1+1", "E\u0301123", "'"])
def test_characters_that_no_document_carries_are_refused(number: str) -> None:
    assert refusal("passport", number) == "id_number_malformed"


@given(number=st.text(max_size=50), kind=st.sampled_from(IdType))
def test_whatever_was_scanned_is_either_refused_or_canonical(number: str, kind: IdType) -> None:
    try:
        once = canonical_number(kind, number)
    except Refused:
        return
    assert canonical_number(kind, once) == once
    assert once.isascii() or kind is IdType.OTHER


def test_a_person_is_the_same_whoever_asks_and_another_under_another_document_or_key() -> None:
    ana = person_id(KEYS, "resident_id", "360426199101010071")
    assert ana == person_id(Keys.derive(b"a secret of the tests"), "resident_id", "360426199101010071")
    assert ana != person_id(KEYS, "passport", "360426199101010071")
    assert ana != person_id(Keys.derive(b"another secret"), "resident_id", "360426199101010071")


def test_a_lookup_code_is_of_one_person_and_one_tube_and_easy_to_read() -> None:
    ana, ben = (person_id(KEYS, "resident_id", number) for number in ("360426199101010071", "120103198806018241"))
    codes = [lookup_code(KEYS, tube, who) for tube in ("10000000000176", "10000000000281") for who in (ana, ben)]
    assert len(set(codes)) == 4
    assert all(len(code) == 8 and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert set("ILOU").isdisjoint(CODE_ALPHABET)


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳娜娜", "欧***"), ("李", "李*"), ("", "")])
def test_a_masked_name_shows_the_surname(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("360426199101010071", "36**************71"), ("E1234", "E1*34"), ("E123", "****"), ("A", "*")]
)
def test_a_masked_number_shows_its_ends(number: str, shown: str) -> None:
    assert masked_number(number) == shown


@given(words=st.builds(Identity, st.text(), st.text(), st.text(), st.text()))
def test_an_identity_is_unpacked_as_it_was_packed(words: Identity) -> None:
    assert Identity.unpacked(words.packed()) == words
