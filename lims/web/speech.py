"""A refusal in the language of whoever reads it: the template is translated, then the facts are filled in."""

import re

from lims.kernel.errors import N_, Refused, Words
from lims.web.language import ENGLISH, catalog, translations

# Words that stand among the facts of refusals. What is not listed here (codes, names, numbers) is said as it is.
WORDS = (
    N_("Tube"), N_("Box"), N_("Plate"), N_("Run"), N_("Case"), N_("Lab"), N_("Site"), N_("Position"),
    N_("This label range"), N_("The file"), N_("Hand-over"), N_("Batch"), N_("Lot"), N_("Comparison"), N_("Rack"), N_("Pool"), N_("Notice"),
    N_("Import"), N_("Webhook"), N_("Webhooks"),
    N_("tube"), N_("box"), N_("plate"), N_("vehicle"), N_("place"),
    N_("sampler"), N_("courier"), N_("technician"), N_("reviewer"), N_("official"), N_("admin"), N_("integration"),
    N_("sealed"), N_("void"), N_("waiting"), N_("pooled"), N_("plated"), N_("called"), N_("released"), N_("rejected"),
    N_("put on a plate"), N_("sent back"), N_("confirmed"), N_("cleared"), N_("unresolved"), N_("withdrawn"),
    N_("weak_positive"), N_("negative"), N_("positive"), N_("inconclusive"), N_("invalid"), N_("blank"),
    N_("usual figures of this program"),
    N_("day"), N_("hour"), N_("site"), N_("area"), N_("lab"), N_(" or "),
)  # fmt: skip
NAMED = re.compile(r"(Tube|Box|Plate|Run|Case|Lab|Site|Position|Hand-over|Batch|Lot|Comparison|Rack|Pool|Notice|Import|Webhook) (.+)")
BETWEEN = re.compile(r"( or |, )")


def told(refusal: Refused, language: str) -> str:
    """The sentence of a refusal in a language."""
    if language == ENGLISH:
        return refusal.detail
    facts = {name: word(fact, language) for name, fact in refusal.facts.items()}
    return translations(language).gettext(refusal.sentence).format(**facts)


def word(fact: object, language: str) -> object:
    """A fact in a language: "Tube 1000…", "technician or reviewer" and single words of the field; anything else unchanged."""
    say = translations(language).gettext
    if isinstance(fact, Words):
        return Words(map(say, fact))
    if not isinstance(fact, str):
        return fact
    if named := NAMED.fullmatch(fact):
        return f"{say(named[1])} {named[2]}"
    return "".join(say(piece) if piece in WORDS else piece for piece in BETWEEN.split(fact))


def phrasebook(language: str, rooms: tuple[str, ...]) -> list[tuple[str, str]]:
    """English template and ours for every sentence raised in these folders, the longest first: a page uses it without a network."""
    if language == ENGLISH:
        return []
    pairs = [
        (str(message.id), str(message.string))
        for message in catalog(language)
        if message.id and message.string and any(place.startswith(rooms) for place, _ in message.locations)
    ]
    return sorted(pairs, key=lambda pair: -len(pair[0]))
