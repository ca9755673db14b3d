"""Several server processes on one port."""

import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from lims.apps import listening
from tests.proofs.hosts import until


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


@contextmanager
def a_house() -> Iterator[tuple[str, int]]:
    """Where somebody answers every call, for the length of a block."""
    # uvicorn's own patience between two questions is not what these are about.
    config = uvicorn.Config(PlainTextResponse("well"), http=listening.Line, log_config=None, lifespan="off", timeout_keep_alive=60)
    with listening.opened("127.0.0.1", 0) as door:
        place: tuple[str, int] = door.getsockname()
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        until(lambda: server.started, "nobody opens")
        yield place
        server.should_exit = True
        thread.join()


QUESTION = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize("words", [b"", b"GET / HTTP/1.1\r\nhost: ", b"\r\n"])
def test_whoever_calls_and_does_not_say_what_for_is_hung_up_on(words: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_house() as place, socket.create_connection(place, timeout=60) as patient:
        patient.sendall(QUESTION)
        assert is_answered(patient)
        monkeypatch.setattr(listening, "HEAD_SECONDS", 0.2)
        with socket.create_connection(place, timeout=60) as caller:
            caller.sendall(words)
            assert silence(caller)
        # Between two requests a phone may be silent for longer.
        patient.sendall(QUESTION)
        assert is_answered(patient)


def test_whoever_was_answered_and_does_not_end_the_next_question_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_house() as place, socket.create_connection(place, timeout=60) as caller:
        caller.sendall(QUESTION)
        assert is_answered(caller)
        monkeypatch.setattr(listening, "HEAD_SECONDS", 0.2)
        caller.sendall(b"GET / HTTP")
        assert silence(caller)


def is_answered(caller: socket.socket) -> bool:
    """Whether the other side says that it is well."""
    heard = b""
    while not heard.endswith(b"well") and (more := caller.recv(1000)):
        heard += more
    return heard.endswith(b"well")


def silence(caller: socket.socket) -> bool:
    """Whether the other side hangs up and says nothing."""
    try:
        return caller.recv(1000) == b""
    except ConnectionResetError:
        return True
