"""Who is told to end does, whatever holds what he waits for."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from lims.apps.migrate import ROOT
from lims.kernel.db import Access
from lims.kernel.program import Program
from tests.proofs.hosts import environment, until

WORKER_IN_A_HURRY = "from lims.apps import worker; worker.END_SECONDS = 0.2; worker.main()"
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'seal'::regclass")
# Time enough for a busy machine to come from one step to the next.
LEFT = "import time; from lims.apps import ending; ending.end_for_certain(0.5); {then}; time.sleep(1); print('in order')"


def said(then: str) -> str:
    """What a process says that is given 0.5 s and takes 1 s."""
    ended = subprocess.run([sys.executable, "-c", LEFT.format(then=then)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return ended.stdout.strip()


def test_a_process_that_does_not_come_to_its_end_is_ended_and_one_that_does_takes_its_time() -> None:
    assert said("pass") == ""
    assert said("ending.ended_in_order()") == "in order"


def test_a_worker_that_waits_for_a_lock_ends_when_it_is_told_to(program: Program, tmp_path: Path) -> None:
    url = program.database.url.replace("postgresql+psycopg://", "postgresql://")
    told = environment(tmp_path, url) | {"LIMS_SECRET_KEY": program.settings.secret_key or ""}
    with program.database.engine(Access.OWNER).connect() as holding, program.database.engine(Access.OWNER).connect() as looking:
        holding.execute(text("LOCK TABLE seal IN ACCESS EXCLUSIVE MODE"))
        worker = subprocess.Popen([sys.executable, "-c", WORKER_IN_A_HURRY], env=told | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
        try:
            until(lambda: looking.execute(WAITING).scalar_one() > 0, "the worker does not wait")
            worker.terminate()
            assert worker.wait(30) == 0
        finally:
            worker.kill()
            worker.wait(30)
