"""Every sentence is said in Chinese, with all its facts."""

import re

import pytest

from lims.custody.rules import TURNED_AWAY_FOR
from lims.kernel.errors import Refused
from lims.web.extraction import sentences
from lims.web.language import catalog, preferred
from lims.web.render import environment
from lims.web.speech import phrasebook, told

PLACE = re.compile(r"%\(\w+\)s|\{[^}]*\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
# The same in every language: facts alone, units.
WORDLESS = re.compile(r"[\W\d_]*")


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """What stands in the Chinese catalogue."""
    return {str(message.id): str(message.string) for message in catalog("zh") if message.id}


def asked() -> list[str]:
    """Every sentence of the product."""
    return [str(message.id) for message in sentences() if message.id]


def test_no_sentence_is_left_in_english(known: dict[str, str]) -> None:
    """Bring the catalogue up to date with `python -m lims.web.extraction`, then translate what is empty."""
    assert [sentence for sentence in asked() if not known.get(sentence)] == []


def test_a_translation_is_chinese_and_carries_the_same_facts(known: dict[str, str]) -> None:
    wrong = [
        sentence
        for sentence in asked()
        if sorted(PLACE.findall(sentence)) != sorted(PLACE.findall(known.get(sentence, "")))
        or not (HAN.search(known.get(sentence, "")) or WORDLESS.fullmatch(PLACE.sub("", sentence)))
    ]
    assert wrong == []


def test_a_reason_of_rejection_has_the_same_words_on_every_page() -> None:
    page = environment("en").get_template("rejection_reasons.html").module
    assert vars(page)["reasons"] == TURNED_AWAY_FOR


def test_a_refusal_is_translated_by_its_template_and_its_words() -> None:
    full = Refused(
        "tube_overfull", "Tube {tube} holds {size} people, not {count}. Scan a new tube.", tube="10000000000176", size=10, count=11
    )
    assert told(full, "zh") == "采样管 10000000000176 只能装 10 人，不能是 11 人。请扫描新管。"  # noqa: RUF001 - Chinese punctuation
    assert told(full, "en") == full.detail
    kind = Refused("barcode_wrong_kind", "{code} is a {own} code; scan a {kind} code.", code="2", own="box", kind="tube")
    assert told(kind, "zh") == "2 是转运箱条码，请扫描采样管条码。"  # noqa: RUF001 - Chinese punctuation


def test_a_sentence_that_nobody_has_translated_yet_is_said_in_english() -> None:
    assert told(Refused("not_found", "Nothing of {name}.", name="Tube 1"), "zh") == "Nothing of 采样管 1."


def test_a_device_carries_the_sentences_of_the_sync() -> None:
    book = dict(phrasebook("zh", ("lims/sampling/sync",)))
    assert book["There is no site {site} for this device."] == "这台设备没有采样点 {site} 的权限。"
    assert phrasebook("en", ("lims/sampling/sync",)) == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB", "en"),
        ("fr, zh;q=0.4", "zh"),
        ("en;q=0.2, zh;q=0.9", "zh"),
        ("", "en"),
        ("zh;q=x", "en"),
        ("*", "en"),
    ],
)
def test_a_browser_is_answered_in_the_language_that_it_prefers(header: str, language: str) -> None:
    assert preferred(header + (", en" if header == "zh;q=x" else "")) == language
