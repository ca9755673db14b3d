"""Where a webhook may go: nowhere inside, unless the operator has said so."""

import socket
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.interop.subscribers import actions
from lims.interop.subscribers.rules import PAUSES, Wish, may_reach, networks_of, pause_after, refuse_address, with_those_above
from lims.interop.subscribers.sending import post
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from tests.interop.receiver import Receiver
from tests.interop.telling import NETWORKS


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "169.254.169.254",
        "0.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "224.0.0.1",
    ],
)
def test_no_private_address_is_reached(address: str) -> None:
    assert not may_reach(address, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_reached(address: str) -> None:
    assert may_reach(address, ())


def test_a_network_that_the_operator_names_is_reached_and_no_other() -> None:
    named = networks_of("10.1.0.0/16, fc00::/7")
    assert may_reach("10.1.2.3", named)
    assert may_reach("::ffff:10.1.2.3", named)
    assert may_reach("fc00::1", named)
    assert not may_reach("10.2.0.1", named)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.org/", "webhook_address"),
        ("ftp://example.org/", "webhook_address"),
        ("https://", "webhook_address"),
        ("https://[::1", "webhook_address"),
        ("https://example.org:99999/", "webhook_address"),
        ("https://name:word@example.org/", "webhook_address"),
        ("https://example.org/#part", "webhook_address"),
        ("https://example.org/a b", "webhook_address"),
        ("https://example.org/\r\nX: 1", "webhook_address"),
        ("https://10.0.0.1/", "webhook_private"),
        ("http://127.0.0.1:8000/", "webhook_private"),
        ("http://localhost/", "webhook_private"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(address: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_address(address, ())
    assert refused.value.code == code


@given(st.text(max_size=30))
def test_whatever_is_typed_is_refused_or_a_web_address(text: str) -> None:
    try:
        refuse_address(text, ())
    except Refused:
        return
    assert text.lower().startswith("https:")


def test_a_setting_that_names_no_network_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        networks_of("10.0.0.0/8, nowhere")
    assert refused.value.code == "webhook_networks"


def test_a_name_that_leads_inside_is_not_followed_there(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(receiver.address.split(":")[2].split("/")[0])
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    tried = post(f"http://authority.example:{port}/", {}, b"{}", ())
    assert not tried.arrived
    assert tried.said == "authority.example leads to 127.0.0.1, which is not public"
    assert receiver.posts == []


def test_a_receiver_without_a_certificate_of_its_name_gets_nothing(receiver: Receiver) -> None:
    tried = post(receiver.address.replace("http:", "https:"), {}, b"{}", networks_of(NETWORKS))
    assert tried.status is None
    assert receiver.posts == []


def test_a_port_where_nobody_listens_is_a_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tried = post(f"http://127.0.0.1:{port}/", {}, b"{}", networks_of(NETWORKS))
    assert (tried.status, tried.said.split(":")[0]) == (None, "ConnectionRefusedError")


def test_an_area_that_nobody_knows_is_refused(sender: Program) -> None:
    with pytest.raises(Refused) as refused, sender.database.transaction(Access.OWNER) as connection:
        actions.add(connection, sender, "https://example.org/", Wish(area="NOWHERE"), "tests", datetime.now(UTC))
    assert refused.value.code == "not_found"


def test_pauses_grow_and_end_after_three_days() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert 3 <= sum(pause.total_seconds() for pause in PAUSES) / 86_400 <= 4
    assert pause_after(len(PAUSES) + 1) is None


def test_an_area_lies_in_all_above_it_even_where_they_run_in_a_circle() -> None:
    assert with_those_above("district", {"district": "city", "city": None}) == {"district", "city"}
    assert with_those_above("a", {"a": "b", "b": "a"}) == {"a", "b"}
    assert with_those_above(None, {}) == set()
