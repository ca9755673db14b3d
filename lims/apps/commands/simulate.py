"""`lims simulate`."""

import contextlib
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from lims.apps import migrate, processor
from lims.apps.demo import hosting, people
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import running
from lims.kernel.settings import settings
from lims.simulate import cli
from lims.simulate.plan import Credentials, Plan, PlanError
from lims.simulate.report import Report

CITY = Path(__file__).parents[1] / "demo" / "city.toml"
CredentialsFile = Annotated[
    Path | None,
    typer.Option("--credentials", exists=True, dir_okay=False, help="Bearer tokens as JSON. [default: made here, for two days]"),
]
ServerUrl = Annotated[str | None, typer.Option("--url", help="Where the server listens. [default: one of our own, while this runs]")]


def simulate(  # noqa: PLR0913 - each is an option of the command
    people: cli.People,
    credentials: CredentialsFile = None,
    prevalence: cli.Prevalence = 0.001,
    noise: cli.Noise = 1.0,
    pool_size: cli.PoolSize = 10,
    labs: cli.Labs = None,
    seed: cli.Seed = 1,
    url: ServerUrl = None,
    speed: cli.Speed = "max",
    report: cli.ReportFile = None,
    date: cli.Date = None,
    connections: cli.Connections = 16,
    workers: Annotated[int, typer.Option(help="Processes of our own server.", min=1)] = 1,
) -> None:
    """A whole day through the public HTTP API, as outside clients would live it, compared with the truth; exit 1 where they differ."""
    try:
        day = date.date() if date else cli.yesterday(settings().timezone)
        plan = Plan(
            people=people, date=day, prevalence=prevalence, noise=noise, pool_size=pool_size, labs=labs, seed=seed,
            speed=cli.speed_of(speed), timezone=settings().timezone, connections=connections,
        )  # fmt: skip
        if credentials is not None:
            told = cli.carry_out(plan, Credentials.read(credentials), url or "http://127.0.0.1:8000", report)
        else:
            told = with_own_credentials(plan, url, report, workers)
    except PlanError as error:
        raise typer.BadParameter(str(error)) from error
    if not told.ok:
        raise typer.Exit(1)


def with_own_credentials(plan: Plan, url: str | None, report: Path | None, workers: int) -> Report:
    """Simulate on this very database: users are made in it, and a server is started where none is named."""
    with running(settings(), connections=2) as program:
        if url is None:
            migrate.upgrade(program.database)
        with program.database.transaction(Access.OWNER) as connection:
            if not catalog.current(connection).labs:
                catalog_actions.load(connection, catalog_actions.parse(CITY), clock.now(), "simulate")
            # A database that was given may be on another machine, and only Linux tells.
            told = program.settings.database_url is None and processor.PROCESSES.exists()
            postmaster = processor.postmaster_of(connection) if told else None
            tokens = people.credentials(connection, catalog.current(connection), clock.now())
        spent: cli.Spent | None = None
        peak: dict[str, float] = {}
        with contextlib.ExitStack() as stack:
            if url is None:
                port = hosting.free_port()
                server = stack.enter_context(hosting.served(port, workers))
                url = f"http://127.0.0.1:{port}"
                if postmaster is not None:
                    spent = partial(processor_seconds, server.pid, postmaster)
                    peak = stack.enter_context(processor.peak_of({"server": server.pid, "database": postmaster}))
            return cli.carry_out(plan, tokens, url, report, spent, peak)


def processor_seconds(server: int, postmaster: int) -> dict[str, float]:
    """Seconds of the processor that the server, the database and the simulated world have used until now."""
    used = processor.used(server, postmaster)
    return {"server": used.server, "database": used.database, "simulation": used.client}
