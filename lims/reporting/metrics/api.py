"""The route that a monitoring system scrapes. Of the day it counts nothing by itself: it shows what the day's page shows."""

import shutil
from typing import Annotated

from fastapi import APIRouter, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import clock
from lims.kernel.audit.queries import newest_seal
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access
from lims.reporting import answers
from lims.reporting.figures import LabLine
from lims.reporting.metrics import queries
from lims.reporting.metrics.rules import MEDIA, Room, exposed, metrics_of, room_metrics
from lims.reporting.rules import By, Question
from lims.web.admission import FULLEST

router = APIRouter(tags=["reports"])
Watcher = Annotated[Work, allow(Role.OFFICIAL, Role.INTEGRATION, using=Access.REPORTS)]


@router.get("/metrics", response_class=Response)
def metrics(request: Request, work: Watcher) -> Response:
    """The figures of today by lab, of the caller's lab or site or of all: codes of labs and counts, nothing of a person.

    And how much is taken of what ends: the queues of this process, the disk of this host, the connections of the database.
    """
    zone = work.program.settings.timezone
    today = clock.local_day(work.now, zone)
    question = Question(today, today, By.LAB, zone, work.caller.lab, work.caller.site)
    answer = answers.throughput(work.connection, catalog.current(work.connection), question, work.now)
    labs = [line for line in answer.lines if isinstance(line, LabLine)]
    seal = newest_seal(work.connection)
    known = metrics_of(labs, answer.as_of, seal.sealed_at if seal else None, work.now)
    return Response(exposed(known + room_metrics(room_of(request, work))), media_type=MEDIA)


def room_of(request: Request, work: Work) -> Room:
    """How much there is of what ends. The database itself is asked for its connections: those of a standby are others."""
    with work.program.database.transaction(Access.FIELD) as own:
        connections = queries.connections(own)
    folder = work.program.settings.data_dir
    # With a database and a key of its own elsewhere, a host may never have made it.
    free = shutil.disk_usage(next(place for place in (folder, *folder.absolute().parents) if place.exists())).free
    return Room(request.scope[FULLEST](), connections.taken, connections.room, free)
