"""A city that has lived through a day."""

import random

import pytest

from tests.reporting.balances.asking import read_on
from tests.reporting.city import DAY, City, at
from tests.reporting.random_days import Crowd
from tests.reporting.test_keeping import told


@pytest.fixture
def lived(city: City) -> City:
    """Tubes with all kinds of fates; the trail begins, is sealed and was read."""
    crowd = Crowd(city, random.Random(3), sites=("FY-001", "FY-002", "TK-001"), labs=("YH", "MV", "JL"))
    crowd.live_through(DAY, 25)
    city.tested(city.tube("done", ("Ana", "Ben"), received_at=at(12)))
    city.tested(city.tube("pool", ("Bea", "Bob"), received_at=at(13)), call="positive", released_at=at(19))
    city.tube("travelling", ("Gil",), dispatched_at=at(9), dispatched_to="YH")
    city.stray("stray")
    told(city, "done", "tube.boxed", at(8))
    read_on(city)
    return city
