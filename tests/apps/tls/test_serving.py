"""`lims serve` over HTTPS, as a process."""

import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import typer

from lims.apps.commands.serve import given_tls
from lims.apps.demo.hosting import free_port
from lims.apps.tls.context import factory
from lims.kernel.program import Program


def answered(address: str, trusted: Path, server: subprocess.Popen[bytes]) -> httpx.Response:
    """What the server says once it is ready, to a client that trusts only this authority."""
    for _ in range(1200):  # two minutes: three processes start, on a machine that may be busy
        assert server.poll() is None, "lims serve has ended"
        try:
            return httpx.get(address, verify=ssl.create_default_context(cafile=str(trusted)), trust_env=False)
        except (httpx.TransportError, FileNotFoundError):
            time.sleep(0.1)
    raise AssertionError("lims serve did not answer")


def test_several_processes_serve_what_phones_trust(program: Program, data_dir: Path) -> None:
    port = free_port()
    env = os.environ | {"LIMS_DATA_DIR": str(data_dir), "LIMS_SECRET_KEY": "a secret of the tests"}
    env.pop("LIMS_DATABASE_URL", None)
    command = [sys.executable, "-m", "lims", "serve", "sampling", "--tls", "--port", str(port), "--workers", "2"]
    server = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        answer = answered(f"https://localhost:{port}/device/ca.crt", data_dir / "tls" / "ca.crt", server)
        assert answer.text == (data_dir / "tls" / "ca.crt").read_text()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def test_a_certificate_is_given_with_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMS_SERVED_TLS", "")
    assert given_tls(None, None) == {}
    assert given_tls(tmp_path / "a.crt", tmp_path / "a.key") == {"ssl_context_factory": factory}
    for pair in ((tmp_path / "a.crt", None), (None, tmp_path / "a.key")):
        with pytest.raises(typer.BadParameter):
            given_tls(*pair)
