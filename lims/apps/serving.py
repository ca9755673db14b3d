"""The application as a server process runs it."""

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess

import anyio.to_thread
from fastapi import FastAPI

from lims.apps import ends
from lims.apps.ending import LEAVE_SECONDS, end_for_certain
from lims.kernel.program import running
from lims.kernel.settings import settings

ENDS_VARIABLE = "LIMS_SERVED_ENDS"
# A request that comes back from the database waits for at most so long until another thread lets it go on; Python's own 5 ms, eight times a
# sync, is what it would take altogether.
SWITCH_SECONDS = 0.0005


def foreseen(record: logging.LogRecord) -> bool:
    """Whether the server may write this line: its own about a failure in a request repeats the values it happened with.

    `unforeseen` in `web.errors` has said where it was, without them.
    """
    return not record.getMessage().startswith("Exception in ASGI application")


def leave_with(parent: BaseProcess) -> None:
    """End in order when the process that started us is gone: nobody would look after us, and the port would be taken for the next one."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def application() -> FastAPI:
    """Made anew in every server process; `LIMS_SERVED_ENDS` says which ends (set by `lims serve`)."""
    chosen = settings()
    logging.basicConfig(level=chosen.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("uvicorn.error").addFilter(foreseen)
    # httpx and others log addresses; addresses of ours carry no personal data, but nobody needs them either.
    program = running(chosen)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # Modules, tables and routes stay for ever: the collector need not look through them again and again.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_SECONDS)
        anyio.to_thread.current_default_thread_limiter().total_tokens = chosen.request_threads
        if parent := multiprocessing.parent_process():
            threading.Thread(target=leave_with, args=(parent,), daemon=True).start()
        try:
            yield
        finally:
            end_for_certain(LEAVE_SECONDS)
            program.__exit__(None, None, None)

    return ends.create(program.__enter__(), os.environ.get(ENDS_VARIABLE, ",".join(ends.ENDS)).split(","), lifespan)
