"""The route that a monitoring system scrapes. It counts nothing by itself: it shows what the day's page shows."""

from typing import Annotated

from fastapi import APIRouter, Response

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.queries import newest_seal
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.reporting import answers
from lims.reporting.figures import LabLine
from lims.reporting.metrics.rules import MEDIA, exposed, metrics_of
from lims.reporting.rules import By, Question

router = APIRouter(tags=["reports"])
Watcher = Annotated[Work, allow(Role.OFFICIAL, Role.INTEGRATION, using=Access.REPORTS)]


@router.get("/metrics", response_class=Response)
def metrics(work: Watcher) -> Response:
    """The figures of today by lab, of the caller's lab or site or of all: codes of labs and counts, nothing of a person."""
    zone = work.program.settings.timezone
    today = clock.local_day(work.now, zone)
    question = Question(today, today, By.LAB, zone, work.caller.lab, work.caller.site)
    answer = answers.throughput(work.connection, catalog.current(work.connection), question, work.now)
    labs = [line for line in answer.lines if isinstance(line, LabLine)]
    seal = newest_seal(work.connection)
    return Response(exposed(metrics_of(labs, answer.as_of, seal.sealed_at if seal else None, work.now)), media_type=MEDIA)
