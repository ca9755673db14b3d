"""Routes of the figures. They are read with a database role that sees no name, writes nothing, and whose questions end by themselves."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_lab, own_site
from lims.kernel.db import Access
from lims.reporting import answers
from lims.reporting.accounting.access import whose_account
from lims.reporting.accounts import PASSED_OVER, PROBLEMS, AccountLine, account_lines
from lims.reporting.balances.board import account_of
from lims.reporting.day.forms import Place
from lims.reporting.downloads import download
from lims.reporting.figures import KINDS, Line
from lims.reporting.forms import Day, FindingView, FirstDay, Form, LastDay, ReconciliationView, Throughput
from lims.reporting.rules import By, Format, Question, areas_within

router = APIRouter(prefix="/reporting/api", tags=["reports"])
Official = Annotated[Work, allow(Role.OFFICIAL, using=Access.REPORTS)]


@router.get("/throughput", response_model=Throughput)
def throughput(
    work: Official,
    first: FirstDay,
    last: LastDay,
    by: By = By.DAY,
    form: Form = Format.JSON,
    lab: str | None = None,
    site: str | None = None,
    area: Place = None,
) -> Throughput | Response:
    """What passed each stage, and what stood at the end, by local day or hour, lab, site or area; of one lab or site or of all."""
    known = catalog.current(work.connection)
    if lab is not None:
        own_lab(work.caller, known.lab(lab).code, f"Lab {lab}")
    if site is not None:
        own_site(work.caller, known.site(site).code, f"Site {site}")
    areas = areas_within(known, area) if area is not None else None
    question = Question(first, last, by, work.program.settings.timezone, work.caller.lab or lab, work.caller.site or site, areas)
    answer = answers.throughput(work.connection, known, question, work.now)
    return Throughput(rows=answer.lines, as_of=answer.as_of) if form is Format.JSON else spreadsheet(question, form, answer.lines)


@router.get("/reconciliation", response_model=ReconciliationView)
def reconciliation(
    work: Official,
    date: Day,
    form: Form = Format.JSON,
    lab: Place = None,
    site: Place = None,
    table: Literal["account", "findings"] = "account",
) -> ReconciliationView | Response:
    """Every person, tube, reading and label of a day: with a result, open for a known reason, or unexplained. Of one lab, one site, or all.

    What a lab or site is not accountable for is null: readings of a site, labels of a lab. As a spreadsheet the sums, or
    (`table=findings`) what does not add up.
    """
    known = catalog.current(work.connection)
    told = account_of(work.connection, known, date, work.now, whose_account(work.caller, known, lab, site))
    account = told.account
    findings = [FindingView(**asdict(finding), detail=PROBLEMS[finding.problem]) for finding in account.findings]
    if form is not Format.JSON and table == "findings":
        runs = [FindingView(f"{run.first} to {run.last}", "labels_passed_over", PASSED_OVER, run.count) for run in account.passed_over]
        return download(FindingView, [*findings, *runs], form, "findings", f"findings-{date}.{form.value}")
    if form is not Format.JSON:
        return download(AccountLine, account_lines(account), form, "reconciliation", f"reconciliation-{date}.{form.value}")
    return ReconciliationView(
        people=account.people, tubes=account.tubes, readings=account.readings, labels=account.labels, findings=findings, as_of=told.as_of
    )


def spreadsheet(question: Question, form: Format, lines: list[Line]) -> Response:
    """The same table as a file."""
    name = f"throughput-by-{question.by.value}-{question.first}-{question.last}.{form.value}"
    return download(KINDS[question.by], lines, form, "throughput", name)
