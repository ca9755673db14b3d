"""Several server processes on one port."""

import pickle
import socket

import pytest
import uvicorn

from lims.apps import listening


def test_two_processes_share_the_connections_of_a_port() -> None:
    first = listening.opened("127.0.0.1", 0)
    with first, pickle.loads(pickle.dumps(first)) as second:  # noqa: S301 - as multiprocessing hands it to a new process
        assert second.fileno() != first.fileno()
        assert second.getsockname() == first.getsockname()
        for door in (first, second):
            door.listen(100)
            door.settimeout(0)
        callers = [socket.create_connection(first.getsockname()) for _ in range(60)]
        let_in = dict.fromkeys((first, second), 0)
        for door in let_in:
            while True:
                try:
                    door.accept()[0].close()
                except BlockingIOError:
                    break
                let_in[door] += 1
        for caller in callers:
            caller.close()
    assert sum(let_in.values()) == 60
    assert min(let_in.values()) > 5, "one of the two lets nearly everybody in"


def test_a_port_that_somebody_else_shares_is_in_use_nevertheless() -> None:
    with listening.opened("127.0.0.1", 0) as theirs:
        theirs.listen()
        config = uvicorn.Config("nothing:here", port=theirs.getsockname()[1], workers=2, log_config=None)
        with pytest.raises(SystemExit):
            listening.run(config)
