"""`lims webhook` as an operator uses it."""

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from lims.apps.cli import commands
from lims.kernel import ids
from lims.kernel.errors import Refused
from lims.kernel.program import Program
from lims.kernel.settings import settings
from tests.deconvolution.plans.at_work import load_policy
from tests.factories import Town


@pytest.fixture(autouse=True)
def own_folder(program: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The commands of these tests work on the database of the tests."""
    monkeypatch.setenv("LIMS_DATA_DIR", str(program.settings.data_dir))
    monkeypatch.setenv("LIMS_SECRET_KEY", "a secret of the tests")
    monkeypatch.delenv("LIMS_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def lims(*words: str, code: int = 0) -> Result:
    """Type a command."""
    result = CliRunner().invoke(commands, ["webhook", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit | Refused):
        raise result.exception
    assert (1 if isinstance(result.exception, Refused) else result.exit_code) == code, result.output
    return result


def test_a_webhook_is_added_listed_stopped_resumed_and_removed_and_its_secret_is_shown_once() -> None:
    first, secret = lims("add", "https://authority.example/cases", "--kind", "member.positive").stdout.splitlines()
    number = first.removeprefix("webhook ")
    assert secret.startswith("whsec_")
    listed = lims("list").stdout
    assert f"{number}\tsends\t0 waiting\tmember.positive\thttps://authority.example/cases" in listed
    assert secret not in listed
    assert lims("log", number).stdout == ""
    assert lims("replay", number, "--since", "2999-01-01").stdout == f"webhook {number}: 0 notices are sent once more\n"
    assert lims("rotate", number).stdout.startswith("whsec_")
    lims("remove", number)
    assert f"{number}\tstopped: removed" in lims("list").stdout
    lims("resume", number)
    assert f"{number}\tsends" in lims("list").stdout
    lims("remove", number)


def test_a_webhook_belongs_to_an_audience_that_a_policy_names(town: Town) -> None:
    load_policy(town, group=(cdc := f"CDC {ids.uuid7()}"), tell=[cdc])
    lims("add", "https://authority.example/cases", "--audience", "CDX", code=1)
    number = lims("add", "https://authority.example/cases", "--audience", cdc).stdout.splitlines()[0].removeprefix("webhook ")
    assert f"{number}\tsends\t0 waiting\tas {cdc}\t" in lims("list").stdout
    lims("remove", number)


def test_a_webhook_that_nobody_knows_is_refused() -> None:
    for words in (
        ("log", "2000000000"),
        ("resume", "2000000000"),
        ("rotate", "2000000000"),
        ("remove", "2000000000"),
        ("replay", "2000000000", "--since", "2022-02-02"),
    ):
        lims(*words, code=1)


def test_an_address_inside_is_refused_unless_the_operator_has_named_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = lims("add", "https://10.0.0.7/", code=1).exception
    assert isinstance(refused, Refused)
    assert refused.code == "webhook_private"
    monkeypatch.setenv("LIMS_WEBHOOK_NETWORKS", "10.0.0.0/8")
    settings.cache_clear()
    first, _ = lims("add", "https://10.0.0.7/").stdout.splitlines()
    lims("remove", first.removeprefix("webhook "))
