"""What devices fill and say."""

import random
from dataclasses import replace

from lims.kernel import clock
from lims.kernel.barcodes import Kind, own_code
from lims.simulate.devices import Device, calls, devices, fill_tubes, sizes_of
from lims.simulate.hours import SimulatedDay
from lims.simulate.instrument import Look
from lims.simulate.messages import record, sync_body
from lims.simulate.people import Population
from lims.simulate.plan import Plan
from lims.simulate.world import Tube, World, look_of


def morning(plan: Plan, device: Device) -> list[Tube]:
    """The tubes of one device."""
    rng = random.Random(device.number)
    sizes = sizes_of(rng, plan, device)
    codes = [own_code(Kind.TUBE, 1000 * device.number + place) for place in range(len(sizes))]
    return fill_tubes(rng, plan, device, codes, sizes)


def test_everybody_is_in_exactly_one_tube(plan: Plan) -> None:
    met = [tube.first + place for device in devices(plan, ["a", "b", "c"]) for tube in morning(plan, device) for place in range(tube.count)]
    assert sorted(met) == list(range(plan.people))


def test_no_tube_holds_more_than_its_size_and_some_hold_less(plan: Plan) -> None:
    tubes = [tube for device in devices(replace(plan, people=20_000), ["a"]) for tube in morning(plan, device)]
    assert all(1 <= tube.count <= tube.size for tube in tubes)
    assert any(tube.count < tube.size for tube in tubes)
    assert any(not tube.pool for tube in tubes)


def test_without_pooling_everybody_is_alone(plan: Plan) -> None:
    alone = replace(plan, pool_size=1)
    assert all(not tube.pool for device in devices(alone, ["a"]) for tube in morning(alone, device))


def test_every_site_has_a_device_even_on_a_small_day(plan: Plan) -> None:
    assert {device.site for device in devices(replace(plan, people=3), ["a", "b", "c"])} == {"a", "b", "c"}


def test_the_first_device_meets_one_of_everything(plan: Plan) -> None:
    tubes = morning(plan, next(devices(plan, ["a"])))
    assert {tube.look.value for tube in tubes} >= {"positive", "single_target", "grey_zone", "split", "invalid", "late"}
    assert {tube.late for tube in tubes} == {0, 1, 2}
    assert any(tube.unpacked for tube in tubes)


def test_messages_say_every_tube_that_is_in_time_and_some_twice_or_early(plan: Plan) -> None:
    fleet = list(devices(replace(plan, people=20_000), ["a"]))
    said, known = [], []
    for device in fleet:
        tubes = morning(plan, device)
        known += [tube for tube in tubes if not tube.late]
        said += [entry for call in calls(random.Random(device.number), tubes) for entry in call.entries]
    assert {entry.tube for entry in said if entry.sealed} == set(known)
    assert len([entry for entry in said if entry.sealed]) > len(known)
    assert all(entry.tube.revision == 2 for entry in said if not entry.sealed)


def test_times_of_a_tube_follow_each_other_and_carry_the_offset(plan: Plan) -> None:
    day = SimulatedDay.of(plan.date, plan.timezone, clock.now())
    world = World(Population(1))
    for tube in morning(plan, next(devices(plan, ["a"]))):
        said = record(world, day, calls(random.Random(1), [tube])[-1].entries[-1]) if not tube.late else None
        if said:
            collected = [member["collected_at"] for member in said["members"]]  # type: ignore[attr-defined]
            times = [said["opened_at"], *collected, said["sealed_at"]]
            assert times == sorted(times, key=str)
            assert all(str(time).startswith("2022-02-02T") and str(time).endswith("+08:00") for time in times)


def test_a_message_said_again_is_the_same_to_the_byte(plan: Plan) -> None:
    day = SimulatedDay.of(plan.date, plan.timezone, clock.now())
    world = World(Population(1))
    call = calls(random.Random(1), morning(plan, next(devices(plan, ["a"]))))[0]
    bodies = {sync_body(world, day, "dev", call.hour, call.entries) for _ in range(3)}
    assert len(bodies) == 1


def test_without_noise_nothing_is_seen_where_nobody_is_infected() -> None:
    rng = random.Random(1)
    assert {look_of(rng, 0, pool=pool, noise=0) for pool in (True, False) for _ in range(2000)} == {Look.NEGATIVE}
    assert len({look_of(rng, 0, pool=True, noise=10) for _ in range(2000)}) > 1
