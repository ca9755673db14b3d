"""`lims demo`."""

from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table

from lims.apps import migrate
from lims.apps.commands.simulate import CITY
from lims.apps.demo import hosting, people
from lims.catalog import actions as catalog_actions
from lims.catalog import queries as catalog
from lims.catalog.forms import CatalogForm
from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program, running
from lims.kernel.settings import settings
from lims.simulate import cli
from lims.simulate.late import Late
from lims.simulate.messages import round_of
from lims.simulate.plan import Plan

LIVED = "demo-day"
PREVALENCE = 0.004


def demo(
    count: Annotated[int, typer.Option("--people", min=1, help="people of the simulated day")] = 3000,
    seed: cli.Seed = 1,
    date: cli.Date = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="serve when all is prepared")] = True,
    port: Annotated[int, typer.Option(help="where to serve")] = 8000,
) -> None:
    """From a fresh machine to a running system: database, a demo city, one simulated day. Again without effect on what exists."""
    day = date.date() if date else cli.yesterday(settings().timezone)
    port = port if serve else hosting.free_port()
    url = f"http://127.0.0.1:{port}"
    with running(settings(), connections=2) as program:
        sign_ins = prepare(program)
        with hosting.served(port) as server:
            right = live(program, Plan(people=count, date=day, seed=seed, prevalence=PREVALENCE, timezone=settings().timezone), url)
            tell(sign_ins, url if serve else None)
            if serve:
                server.wait()
    if not right:
        raise typer.Exit(1)


def prepare(program: Program) -> list[people.SignIn]:
    """Schema, catalogue and people."""
    migrate.upgrade(program.database)
    with program.database.transaction(Access.OWNER) as connection:
        catalog_actions.load(connection, catalog_actions.parse(CITY), clock.now(), "demo")
        return people.settle_in(connection, catalog.current(connection), settings().data_dir, clock.now())


def live(program: Program, plan: Plan, url: str) -> bool:
    """Live the day, once in this data folder; whether everything came out as it should."""
    lived = settings().data_dir / LIVED
    if lived.exists():
        typer.echo(f"The day of {lived.read_text()} has been lived already.", err=True)
        return True
    with program.database.transaction(Access.OWNER) as connection:
        catalog_actions.load(connection, expecting(plan), clock.now(), "demo")
        tokens = people.credentials(connection, catalog.current(connection), clock.now())
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as web:
        late = Late(plan, tokens, web)
        late.stock_up()
        report = cli.carry_out(plan, tokens, url)
        lived.write_text(plan.date.isoformat())
        late.leave()
    return report.ok


def expecting(plan: Plan) -> CatalogForm:
    """The day's round is for a few more people in the city than come to it."""
    said = {
        "round": round_of(plan.date),
        "from": plan.date,
        "area": "990100",
        "people": plan.people + plan.people // 20,
        "source": "示例户籍",
    }
    return CatalogForm.model_validate({"expected_people": [said]})


def tell(sign_ins: list[people.SignIn], url: str | None) -> None:
    """Where to go, and as whom."""
    table = Table(title=f"{url or 'lims serve'} — sign in as", show_lines=False)
    for heading in ("name", "password", "role", "place"):
        table.add_column(heading)
    for sign_in in sign_ins:
        table.add_row(sign_in.name, sign_in.password, ", ".join(sign_in.roles), sign_in.place)
    console = Console()
    console.print(table)
    if url:
        lived = (settings().data_dir / LIVED).read_text()
        for what, path in {
            "Sampling": "/sampling/",
            "Testing": "/testing/",
            "Cases": "/testing/cases",
            "The day lived": f"/reporting/?day={lived}",
        }.items():
            console.print(f"{what:14}{url}{path}", soft_wrap=True)
        console.print("Ctrl-C ends it; `lims demo` again goes on where it was.")
