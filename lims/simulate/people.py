"""Made-up people: a number in, a person out, so that three million of them need no memory.

Resident IDs follow GB 11643 (`domain.md` 3): region, birth date, sequence, and a check character after ISO 7064 MOD 11-2.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

REGIONS = ("330110", "330122", "330127", "310101", "310104", "310110", "110101", "110105")
FIRST_BIRTH, LAST_BIRTH = date(1935, 1, 1), date(2018, 12, 31)
SEQUENCES = 999
SPACE = len(REGIONS) * ((LAST_BIRTH - FIRST_BIRTH).days + 1) * SEQUENCES
# Coprime to SPACE (a prime that divides none of its factors): neighbours in number are strangers in birth and region, and no
# number comes twice before all have come once.
STRIDE = 104_729_999
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉建文宁志红"


class Person(NamedTuple):
    """Who is sampled."""

    id_number: str
    name: str
    phone: str


def weighed(digits: str, start: int) -> int:
    """The part of the check sum that these digits give at this place of the number."""
    return sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS[start:], strict=False))


@cache
def births() -> list[tuple[str, int]]:
    """Every birth date as eight digits, with its part of the check sum."""
    days = (LAST_BIRTH - FIRST_BIRTH).days + 1
    texts = [f"{FIRST_BIRTH + timedelta(days=day):%Y%m%d}" for day in range(days)]
    return [(text, weighed(text, 6)) for text in texts]


@cache
def sequences() -> list[tuple[str, int]]:
    """001 to 999, with their part of the check sum."""
    texts = [f"{number:03d}" for number in range(1, SEQUENCES + 1)]
    return [(text, weighed(text, 14)) for text in texts]


@cache
def regions() -> list[tuple[str, int]]:
    """The region codes, with their part of the check sum."""
    return [(code, weighed(code, 0)) for code in REGIONS]


@dataclass(frozen=True)
class Population:
    """The people of one run. `offset` differs from run to run, so that a second run meets other people."""

    offset: int

    def person(self, number: int) -> Person:
        """The person of this number; the same number is always the same person."""
        place = (self.offset + number) * STRIDE % SPACE
        rest, region = divmod(place, len(REGIONS))
        day, sequence = divmod(rest, SEQUENCES)
        (where, a), (born, b), (last, c) = regions()[region], births()[day], sequences()[sequence]
        surname, given, second = SURNAMES[place % 20], GIVEN[place // 20 % 30], GIVEN[place // 600 % 30]
        name = surname + given if place % 3 else surname + given + second
        return Person(where + born + last + CHECK[(a + b + c) % 11], name, f"139{place % 10**8:08d}")
