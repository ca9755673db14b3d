"""Pictures of labels, as a phone sends them: read, or refused before they cost anything; nothing of them stays."""

import logging
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image
from sqlalchemy import Engine, event

from lims.kernel.barcodes import Kind
from lims.sampling.camera import api, reading
from lims.sampling.camera.rules import AT_ONCE, MOST_BYTES, Pace
from tests.factories import Somebody, Town, code, person
from tests.photos import jpeg, label, on_the_table, square

ADDRESS = "/sampling/api/frames"


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    """Nobody has sent a picture yet."""
    api.PACE.due.clear()
    yield
    api.PACE.due.clear()


def send(who: Somebody, content: bytes) -> Response:
    return who.web.post(ADDRESS, content=content, headers={**who.headers, "Content-Type": "image/jpeg"})


def test_a_photographed_tube_label_is_read(town: Town) -> None:
    tube = code(Kind.TUBE)
    answer = send(town.ana, jpeg(on_the_table(label(tube))))
    assert (answer.status_code, answer.json()) == (200, {"codes": [{"format": "code_128", "text": tube}]})
    assert answer.headers["cache-control"] == "no-store"


def test_an_id_number_is_read_whatever_way_the_card_lies(town: Town) -> None:
    number = person()["id_number"]
    for askew in (0, 90, 180, 12):
        api.PACE.due.clear()
        answer = send(town.ana, jpeg(on_the_table(square("qr", number), wide=0.3, askew=askew)))
        assert {one["text"] for one in answer.json()["codes"]} == {number}


@pytest.mark.parametrize(("symbol", "name"), [("qr", "qr_code"), ("datamatrix", "data_matrix")])
def test_square_codes_are_read_too(town: Town, symbol: str, name: str) -> None:
    box = code(Kind.BOX)
    assert send(town.ana, jpeg(on_the_table(square(symbol, box), wide=0.3))).json() == {"codes": [{"format": name, "text": box}]}


def test_a_picture_with_two_labels_tells_both(town: Town) -> None:
    tubes = [code(Kind.TUBE), code(Kind.TUBE)]
    answer = send(town.ana, jpeg(on_the_table(*(label(tube) for tube in tubes), size=(960, 720), wide=0.4)))
    assert sorted(one["text"] for one in answer.json()["codes"]) == sorted(tubes)


def test_a_picture_without_a_code_is_no_fault(town: Town) -> None:
    answer = send(town.ana, jpeg(on_the_table()))
    assert (answer.status_code, answer.json()) == (200, {"codes": []})


def test_ben_at_the_bench_may_use_it_for_his_boxes(town: Town) -> None:
    box = code(Kind.BOX)
    answer = send(town.ben, jpeg(on_the_table(label(box, "box_100x50"), size=(1280, 800))))
    assert {one["text"] for one in answer.json()["codes"]} == {box}


@pytest.mark.parametrize("who", ["olga", "bea", "carl", "ada"])
def test_nobody_else_may(town: Town, who: str) -> None:
    answer = send(getattr(town, who), jpeg(on_the_table()))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


def test_whoever_is_not_signed_in_is_told_so(web: TestClient) -> None:
    answer = web.post(ADDRESS, content=jpeg(on_the_table()), headers={"Content-Type": "image/jpeg"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8", b"no picture at all", b"\x89PNG\r\n\x1a\n" + bytes(100), b"%PDF-1.7"],
    ids=["empty", "head", "text", "png", "pdf"],
)
def test_what_is_no_jpeg_is_refused(town: Town, content: bytes) -> None:
    answer = send(town.ana, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "frame_unreadable")


def test_half_a_picture_is_refused(town: Town) -> None:
    whole = jpeg(on_the_table(label(code(Kind.TUBE))))
    answer = send(town.ana, whole[: len(whole) // 2])
    assert (answer.status_code, answer.json()["code"]) == (422, "frame_unreadable")
    assert "send the picture again" in answer.json()["detail"]


def test_a_progressive_picture_is_refused_unread(town: Town) -> None:
    answer = send(town.ana, jpeg(on_the_table(), progressive=True))
    assert (answer.status_code, answer.json()["code"]) == (422, "frame_unreadable")


def test_a_large_file_is_not_even_read_to_its_end(town: Town) -> None:
    answer = send(town.ana, bytes(MOST_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "frame_too_large")


@pytest.mark.parametrize("size", [(1600, 1000), (11_000, 11_000), (65_000, 65_000)])
def test_a_small_file_with_very_many_dots_is_refused_before_it_is_unpacked(town: Town, size: tuple[int, int]) -> None:
    small = jpeg(Image.new("L", (16, 16)))
    head = small.index(b"\xff\xc0")
    claimed = size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")
    answer = send(town.ana, small[: head + 5] + claimed + small[head + 9 :])
    assert (answer.status_code, answer.json()["code"]) == (413, "frame_too_large")


def test_a_device_that_sends_too_many_is_told_to_wait_a_second_and_others_are_not(town: Town) -> None:
    content = jpeg(Image.new("L", (16, 16)))
    answers = [send(town.ana, content) for _ in range(AT_ONCE * 10)]
    limited = [answer for answer in answers if answer.status_code != 200]
    assert {(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in limited} == {
        (429, "frames_limited", "1")
    }
    assert send(town.ben, content).status_code == 200


def test_pictures_never_take_more_than_two_processors(town: Town) -> None:
    content = jpeg(Image.new("L", (16, 16)))
    with reading.READERS, reading.READERS:
        answer = send(town.ana, content)
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert send(town.ana, content).status_code == 200


def test_a_reader_is_free_again_after_a_refusal(town: Town) -> None:
    for _ in range(3):
        send(town.ana, b"no picture")
    assert send(town.ana, jpeg(on_the_table())).status_code == 200


def test_nothing_of_a_picture_is_written_or_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    ana, number = town.ana, person()["id_number"]
    statements: list[str] = []
    picture = jpeg(on_the_table(square("qr", number), wide=0.3))

    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        with caplog.at_level(logging.DEBUG):
            answer = send(ana, picture)
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    assert number in answer.text
    assert statements
    assert [one for one in statements if not one.lstrip().upper().startswith(("SELECT", "SET"))] == []
    assert number not in caplog.text


def test_pace_lets_four_a_second_through_and_no_more() -> None:
    pace, device = Pace(), b"one"
    admitted = sum(pace.admits(device, 1000 + tick / 100) for tick in range(1000))
    assert AT_ONCE + 35 <= admitted <= AT_ONCE + 41


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    pace = Pace()
    assert pace.admits(b"one", 10_000)
    assert pace.admits(b"one", 10)


def test_pace_forgets_devices_that_rest() -> None:
    pace = Pace()
    for number in range(10_001):
        pace.admits(str(number).encode(), float(number))
    assert len(pace.due) < 10


def test_pace_counts_right_among_threads() -> None:
    pace, start = Pace(), Barrier(8)
    admitted: list[bool] = []

    def ask() -> None:
        start.wait()
        admitted.extend(pace.admits(b"one", 5.0) for _ in range(50))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == AT_ONCE
