"""What the world may know of a person's result. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from uuid import UUID


class ResultState(StrEnum):
    """The result of one person in one tube."""

    PENDING = "pending"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    VERIFYING = "verifying"
    INCONCLUSIVE = "inconclusive"
    RECOLLECT = "recollect"


@dataclass(frozen=True)
class Question:
    """Somebody asks for the own result: about whom, with which code; a wrong one is counted under two keys, of person and address."""

    person: UUID
    code: str
    keys: tuple[bytes, bytes]


class Outcome(Enum):
    """What is said to a question."""

    FOUND = auto()
    UNKNOWN = auto()
    LIMITED = auto()


def limited(question: Question, failures: Mapping[bytes, int], limits: tuple[int, int]) -> bool:
    """Whether so many were wrong of late that nothing is said any more."""
    return any(failures[key] >= most for key, most in zip(question.keys, limits, strict=True))


def outcomes(
    questions: Sequence[Question], right: Collection[Question], failures: Mapping[bytes, int], limits: tuple[int, int]
) -> list[Outcome]:
    """What is said to each, as if they had asked one after the other: who errs counts against whoever asks next, in the same go too."""
    counted, said = Counter(failures), []
    for question in questions:
        if limited(question, counted, limits):
            said.append(Outcome.LIMITED)
        elif question in right:
            said.append(Outcome.FOUND)
        else:
            said.append(Outcome.UNKNOWN)
            counted.update(question.keys)
    return said
