"""A whole day: who acts when, and the report at the end."""

import random
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

from lims.kernel import clock
from lims.kernel.ids import uuid7
from lims.simulate.account import Account, shares
from lims.simulate.bench import STAGE as TEST
from lims.simulate.bench import Bench
from lims.simulate.callback import Callback
from lims.simulate.client import Client, GaveUp, Refusal
from lims.simulate.closing import Closing
from lims.simulate.field import Field
from lims.simulate.hours import Pacer, SimulatedDay
from lims.simulate.measure import Findings, Meter
from lims.simulate.people import SPACE, Population
from lims.simulate.plan import Credentials, Plan, PlanError
from lims.simulate.progress import Progress
from lims.simulate.reception import STAGE as RECEIVE
from lims.simulate.reception import Reception
from lims.simulate.report import Report, report_of
from lims.simulate.review import STAGE as RELEASE
from lims.simulate.scene import Scene, crew, together
from lims.simulate.stock import Stock
from lims.simulate.transport import Couriers
from lims.simulate.wire import Transport, Wire
from lims.simulate.world import World

Work = Callable[[], Coroutine[Any, Any, None]]


async def run(plan: Plan, credentials: Credentials, url: str, progress: Progress) -> Report:
    """Simulate the day of `plan` against the server at `url`.

    Raises PlanError where the plan fits neither date nor credentials. Everything the server does wrong is in the report.
    """
    try:
        line = Wire(url, plan.connections)
    except ValueError as error:
        raise PlanError(f"--url: {error}") from error
    try:
        return await run_over(line, plan, credentials, progress)
    finally:
        await line.close()


async def run_over(line: Transport, plan: Plan, credentials: Credentials, progress: Progress) -> Report:
    """The same over any line to the server."""
    scene = scene_of(line, plan, credentials, progress)
    account = Account(scene)
    began = monotonic()
    try:
        await whole_day(scene, account)
    except GaveUp as error:
        scene.findings.add("the server stayed away", detail=str(error))
    except Refusal as refusal:
        scene.findings.add("the day broke off", call=refusal.kind, status=refusal.status, code=refusal.code, detail=refusal.detail)
    return report_of(scene, account, monotonic() - began)


def scene_of(line: Transport, plan: Plan, credentials: Credentials, progress: Progress) -> Scene:
    """Everything a run needs. Only the people and the codes differ from run to run; the seed alone decides what happens to them."""
    now = clock.now()
    try:
        day = SimulatedDay.of(plan.date, plan.timezone, now)
    except ValueError as error:
        raise PlanError(str(error)) from error
    credentials.labs(plan.labs)
    meter, findings, fresh = Meter(), Findings(), random.SystemRandom()
    client = Client(line, meter, findings, fresh)
    world = World(Population(fresh.randrange(SPACE)), plan.noise)
    return Scene(plan, credentials, uuid7(now).hex[-8:], day, Pacer(plan.speed), world, client, meter, findings, progress, now)


async def whole_day(scene: Scene, account: Account) -> None:
    """Morning and evening, then the reckoning."""
    field = Field(scene)
    parts = await shares(scene)
    stocks = {lab: Stock() for lab in scene.labs}
    benches = [Bench(scene, lab, stock) for lab, stock in stocks.items()]
    receptions = [Reception(scene, field, lab, stock) for lab, stock in stocks.items()]

    expected = -(-scene.plan.people // scene.plan.pool_size)
    await shift(scene, field.collect, Couriers(scene, field, parts), receptions, benches, expected)
    latest = [tube for tube in scene.world.tubes.values() if tube.late == 2 and tube.received]
    await crew(scene.plan.connections, latest, field.sync_late)

    field.open()
    for stock in stocks.values():
        stock.open()
    callback = Callback(scene, field)
    await shift(scene, callback.recollect, Couriers(scene, field, parts), receptions, benches, returning(scene))
    await Closing(scene).close()
    await account.settle()


def returning(scene: Scene) -> int:
    """How many single tubes may come of the tubes that are reactive now."""
    return sum(tube.count for tube in scene.world.tubes.values() if tube.reactive)


async def shift(scene: Scene, sample: Work, couriers: Couriers, receptions: list[Reception], benches: list[Bench], expected: int) -> None:
    """Sampling, transport, reception and testing: one after the other, or at the same time where the hours of the day are kept."""

    async def receive() -> None:
        async with scene.stage(RECEIVE, expected):
            await together([reception.receive(couriers.arriving[reception.lab]) for reception in receptions])

    async def test() -> None:
        # Plates and their reviews interleave, so both take the same time.
        async with scene.stage(TEST, expected), scene.stage(RELEASE, expected):
            await together([bench.test() for bench in benches])

    stages: list[Work] = [sample, lambda: couriers.carry(expected), receive, test]
    if scene.pacer.paced:
        # The channels between the stages have no bounds, so it makes no difference to the actors whether the stages overlap.
        await together([stage() for stage in stages])
        return
    for stage in stages:
        await stage()
