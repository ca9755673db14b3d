"""What a catalogue file may say, in TOML or YAML, and what is wrong with one that may not be loaded."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lims.catalog.actions import parse, rows_of
from lims.catalog.forms import CatalogForm
from lims.kernel.errors import Refused
from tests.factories import ASSAY

CITY = """
[[area]]
code = "3301"
name = "杭州市"

[[area]]
code = "330111"
name = "富阳区"
parent = "3301"
zone = "controlled"

[[site]]
code = "FY-001"
name = "银湖街道一号采样点"
area = "330111"

[[lab]]
code = "YH"
name = "气膜实验室"
kind = "inflatable"
capacity = [{ from = 2022-01-30, tubes_per_day = 400 }]

[[pooling_policy]]
from = "2022-01-01"
zone = "controlled"
pool_max = 10
source = "third guide"

[[barcode_format]]
name = "supplier-x"
kind = "tube"
regex = "SX[0-9]{8}"
"""
YAML_CITY = """
area:
  - {code: "3301", name: 杭州市}
  - {code: "330111", name: 富阳区, parent: "3301", zone: controlled}
site:
  - {code: FY-001, name: 银湖街道一号采样点, area: "330111"}
lab:
  - code: YH
    name: 气膜实验室
    kind: inflatable
    capacity: [{from: 2022-01-30, tubes_per_day: 400}]
pooling_policy:
  - {from: "2022-01-01", zone: controlled, pool_max: 10, source: third guide}
barcode_format:
  - {name: supplier-x, kind: tube, regex: "SX[0-9]{8}"}
"""


def written(folder: Path, content: str | bytes, name: str = "catalog.toml") -> Path:
    """A catalogue file."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def places(path: Path) -> str:
    """What is wrong with a file, in words that name it."""
    with pytest.raises(Refused) as refusal:
        parse(path)
    assert refusal.value.code == "catalog_malformed"
    assert path.name in refusal.value.detail
    return refusal.value.detail


def test_toml_and_yaml_say_the_same(tmp_path: Path) -> None:
    toml, yml = parse(written(tmp_path, CITY)), parse(written(tmp_path, YAML_CITY, "catalog.yaml"))
    assert toml == yml
    assert [row for _, row in rows_of(toml)] == [row for _, row in rows_of(yml)]


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    assert parse(written(tmp_path, b"\xef\xbb\xbf" + CITY.encode())) == parse(written(tmp_path, CITY, "other.toml"))


@pytest.mark.parametrize("name", ["catalog.toml", "catalog.yml"])
def test_an_empty_file_changes_nothing(tmp_path: Path, name: str) -> None:
    assert parse(written(tmp_path, "", name)) == CatalogForm()


@pytest.mark.parametrize(
    ("wrong", "right", "place"),
    [
        ('zone = "controlled"\n\n[[site]]', 'zoen = "controlled"\n\n[[site]]', "area.1.zoen"),
        ('zone = "controlled"\npool_max', 'zone = "red"\npool_max', "pooling_policy.0.zone"),
        ("[[lab]]", "[[laboratory]]", "laboratory"),
        ('kind = "inflatable"', 'kind = "balloon"', "lab.0.kind"),
        ("tubes_per_day = 400", "tubes_per_day = -1", "lab.0.capacity.0.tubes_per_day"),
        ("tubes_per_day = 400", 'tubes_per_day = "many"', "lab.0.capacity.0.tubes_per_day"),
        ("2022-01-30", "2022-02-30", "catalog.toml"),
        ('regex = "SX[0-9]{8}"', 'regex = "SX[0-9"', "not a regular expression"),
        ('regex = "SX[0-9]{8}"', 'regex = "S"\ncheck = "crc"', "check is one of none, damm"),
        ('area = "330111"', 'area = "330111"\ntimezone = "Mars/Olympus"', "not a time zone like Asia/Shanghai"),
        ('code = "FY-001"', 'code = "FY 001"', "site.0.code"),
        ('code = "FY-001"\n', "", "site.0.code"),
        ("pool_max = 10", "pool_max = 0", "pooling_policy.0.pool_max"),
        ("pool_max = 10", "pool_max = true", "pooling_policy.0.pool_max"),
        ("tubes_per_day = 400", "tubes_per_day = true", "write a number, not true or false"),
        ('area = "330111"', 'area = "330111"\nlatitude = 30.05\nlongitude = true', "site.0.longitude"),
        ('name = "杭州市"', 'name = "杭\\u0000州市"', "area.0.name"),
        ("[[area]]", "[[area", "catalog.toml"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_place(tmp_path: Path, wrong: str, right: str, place: str) -> None:
    assert wrong in CITY
    assert place in places(written(tmp_path, CITY.replace(wrong, right, 1)))


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    told = places(written(tmp_path, CITY.replace("inflatable", "balloon").replace('zone = "controlled"', 'zone = "red"')))
    assert all(place in told for place in ("area.1.zone", "lab.0.kind", "pooling_policy.0.zone"))


@pytest.mark.parametrize("content", ["- just\n- a list", "a: [unclosed", "site: {code: FY-001}", "!!python/object:os.system {}"])
def test_a_yaml_file_of_another_shape_is_refused(tmp_path: Path, content: str) -> None:
    places(written(tmp_path, content, "catalog.yaml"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    places(written(tmp_path, "区".encode("gbk")))


@pytest.mark.parametrize(
    "change",
    [
        {"targets": []},
        {"pool_max": 0},
        {"plate": 97},
        {"version": 0},
        {"targets": [ASSAY["targets"][0] | {"grey_to": 30.0}]},  # type: ignore[index]  # a list of targets
        {"targets": [ASSAY["targets"][0], ASSAY["targets"][0]]},  # type: ignore[index]  # as above
        {"targets": [ASSAY["targets"][0] | {"name": "RNaseP"}]},  # type: ignore[index]  # as above
        {"controls": [{"role": "blank", "count": 1}, {"role": "blank", "count": 2}]},
        {"controls": [{"role": "calibrator", "count": 1}]},
    ],
    ids=str,
)
def test_an_assay_that_cannot_be_one_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    places(written(tmp_path, yaml.safe_dump({"assay": [ASSAY | change]}), "catalog.yaml"))
