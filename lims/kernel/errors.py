"""The one way to say no: a code from the catalogue, and a sentence somebody can act on."""

from http import HTTPStatus

from lims.kernel.refusals import CATALOGUE


def N_(word: str) -> str:  # noqa: N802 - gettext's own name for "translated later"
    """Marks a word for the catalogue of sentences."""
    return word


class Words(tuple[str, ...]):
    """Several words or titles as one fact of a refusal; each is said in the reader's language."""

    __slots__ = ()

    def __str__(self) -> str:
        """Together, as a sentence holds them."""
        return "; ".join(self)


class Refused(Exception):
    """Raised where a request cannot be done; rendered as `application/problem+json` or as a sentence on a page.

    `sentence` is a template whose `{names}` are filled from `facts`: the template is what gets translated, the facts are
    what the person at the bench needs ("Tube {tube} is full: {count} of {size}.").
    """

    def __init__(self, code: str, sentence: str, /, **facts: object) -> None:
        self.code = code
        self.sentence = sentence
        self.facts = facts
        super().__init__(self.detail)

    @property
    def status(self) -> int:
        """The HTTP status of this refusal, from the catalogue."""
        return CATALOGUE[self.code].status

    @property
    def passes(self) -> bool:
        """Whether nothing is wrong with what was asked, and the same may be taken another time."""
        return self.status == HTTPStatus.SERVICE_UNAVAILABLE

    @property
    def title(self) -> str:
        """The short name of this kind of refusal, the same for every occurrence."""
        return CATALOGUE[self.code].title

    @property
    def detail(self) -> str:
        """The sentence in English, with its facts filled in."""
        return self.sentence.format(**self.facts)


def listed(codes: list[str] | tuple[str, ...], most: int = 5) -> str:
    """Some codes in a sentence: the first few, then how many more."""
    shown = ", ".join(codes[:most])
    return shown if len(codes) <= most else f"{shown} and {len(codes) - most} more"
