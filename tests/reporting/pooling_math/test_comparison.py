"""`lims selftest --reference`: the arithmetic against figures that others published."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lims.apps.cli import commands

HEAD = "source,url,method,inputs_json,outputs_json,notes\n"
DORFMAN = 'a,b,D2 Dorfman two-stage,"{""p"": 0.01, ""Se"": 0.99, ""Sp"": 0.99, ""n"": 10}","{""ET"": %s, ""PSe"": 0.9801}",c\n'


def selftest(tmp_path: Path, text: str) -> Result:
    file = tmp_path / "published.csv"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(commands, ["selftest", "--reference", str(file)])


def test_published_figures_agree_to_the_last_printed_digit(tmp_path: Path) -> None:
    result = selftest(tmp_path, HEAD + DORFMAN % "2.0371")
    assert result.exit_code == 0
    assert "agrees" in result.output


def test_one_digit_off_is_told_with_its_line_and_ends_with_1(tmp_path: Path) -> None:
    result = selftest(tmp_path, HEAD + DORFMAN % "2.0371" + DORFMAN % "2.0372")
    assert result.exit_code == 1
    assert "DIFFERS: line 3: ET" in result.output


def test_a_word_must_be_the_same_word(tmp_path: Path) -> None:
    row = 'a,b,D3 OTC1,"{""p"": 0.001, ""Se"": 0.95, ""Sp"": 0.95, ""I"": 18}","{""optimal"": ""18 -> %s -> 1""}",c\n'
    assert selftest(tmp_path, HEAD + row % "9,9").exit_code == 0
    assert selftest(tmp_path, HEAD + row % "6,6,6").exit_code == 1


def test_what_is_not_compared_is_listed_with_the_reason(tmp_path: Path) -> None:
    rows = "a,b,Sterrett homogeneous,{},{},c\na,b,of tomorrow,{},{},c\n"
    result = selftest(tmp_path, HEAD + DORFMAN % "2.0371" + rows)
    assert result.exit_code == 0
    assert "takes more plates" in result.output
    assert "not known here" in result.output


def test_a_file_without_anything_to_compare_agrees_with_nothing(tmp_path: Path) -> None:
    assert selftest(tmp_path, HEAD).exit_code == 1


@pytest.mark.parametrize(
    "text", ["one,two\n1,2\n", HEAD + "a,b,D2 opChar1,{,{},c\n", HEAD + 'a,b,MIR,"{""x"":[1],""m"":[9]}","{""Q"":1}",c\n']
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    result = selftest(tmp_path, text)
    assert result.exit_code == 2
    assert result.stdout == ""
