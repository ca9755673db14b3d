"""A desk in this very process, beside the database: `lims labels print --printer`."""

from uuid import UUID

from lims.kernel import clock
from lims.kernel.db import Access
from lims.kernel.program import Program
from lims.sampling.printing import actions, files, queries
from lims.sampling.printing.work import Batch


class LocalDesk:
    """One job; each answer is committed before the printer hears of it."""

    def __init__(self, program: Program, job_id: UUID, printer: str, by: str) -> None:
        self.program, self.job_id, self.printer, self.by = program, job_id, printer, by

    def take(self, take_id: UUID, most: int) -> Batch:
        """The next labels."""
        with self.program.database.transaction(Access.FIELD) as connection:
            job = actions.job_for_work(connection, self.job_id)
            run = actions.take(connection, job, take_id, self.printer, most, self.by, clock.now())
            state = actions.job_for_work(connection, self.job_id).state
            if not len(run):
                return Batch(state, [], b"")
            kind, again = queries.kind_of_range(connection, job.range_id), actions.reprints(connection, job.range_id, run, job.id)
            content = files.content_of(connection, self.program.settings, job, kind, run, again)
            return Batch(state, files.codes_of(kind, run), content, job.last_serial - run.last)

    def printed(self, take_id: UUID) -> str:
        """They came out."""
        with self.program.database.transaction(Access.FIELD) as connection:
            actions.printed(connection, actions.job_for_work(connection, self.job_id), take_id, self.by, clock.now())
            return str(actions.job_for_work(connection, self.job_id).state)

    def failed(self, take_id: UUID, trouble: str) -> None:
        """Nobody knows which of them came out."""
        with self.program.database.transaction(Access.FIELD) as connection:
            actions.failed(connection, actions.job_for_work(connection, self.job_id), take_id, trouble, self.by, clock.now())
