"""Without any network: an outbox leaves as QR codes on the screen, and is read at the office in whatever order."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from lims.kernel.barcodes import Kind
from tests.browser.conftest import CameraOpener, Opener, scan
from tests.browser.test_camera import READERS, film, press, without_reader
from tests.browser.test_handing import offline
from tests.browser.test_offline import network, numbers, on_the_server, sample
from tests.factories import LUCK, Town, code
from tests.photos import on_the_table

pytestmark = pytest.mark.browser
OFFICE = "/sampling/import"
DRAW = """async (text) => {
  const { qr } = await import("/static/sampling/qr.js");
  return qr(text).map((row) => row.join(""));
}"""
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def show(page: Page) -> None:
    """Open the series, and let it stand still."""
    page.get_by_text("Hand over without a network").click()
    page.get_by_role("button", name="Show as QR codes", exact=True).click()
    expect(page.locator("#series")).to_be_visible()
    if page.locator("#series-play").is_visible():
        page.get_by_role("button", name="Play").click()
        expect(page.locator("#series-play")).to_have_attribute("aria-pressed", "false")


def frames(page: Page) -> list[str]:
    """Every code, read from a picture of the screen by another's reader."""
    read: list[str] = []
    for _ in range(int(str(page.locator("#series-place").text_content()).split("/")[1])):
        picture = Image.open(io.BytesIO(page.locator("#series").screenshot()))
        [found] = zxingcpp.read_barcodes(picture)
        assert found.ec_level == "M"
        read.append(found.text)
        page.keyboard.press("ArrowRight")
    assert len(set(read)) == len(read)
    return read


def shown(page: Page) -> list[str]:
    show(page)
    codes = frames(page)
    page.get_by_role("button", name="Back to scanning").click()
    expect(page.locator("#said")).to_contain_text(f"All {len(codes)} QR codes")
    expect(page.locator("#scan")).to_be_focused()
    return codes


def test_an_outbox_is_shown_as_codes_read_in_any_order_with_repeats_and_nobody_is_doubled(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    tubes = sample(page, 3, people=9)
    codes = shown(page)
    expect(page.locator("#outbox .handed").first).to_contain_text("handed over at")
    assert not any(number in text for people in tubes.values() for number in people for text in codes)
    office = opened(town.somebody("amy", "sampler", site=town.site), OFFICE)
    LUCK.shuffle(codes)
    *most, last = codes
    scan(office, *most, most[0])
    expect(office.locator("#said")).to_contain_text("was here already; 1 are missing.")
    expect(office.locator(".series-marks li:not(.here)")).to_have_text([last.split("/")[2]])
    office.reload()
    expect(office.locator(".series-marks li.here")).to_have_count(len(most))
    scan(office, last)
    expect(office.locator("#sum")).to_have_text("3 tubes: 3 taken, 0 were here before, 0 wait, 0 need somebody")
    expect(office.locator("#series > *")).to_have_count(0)
    scan(office, codes[0])
    expect(office.locator("#said")).to_have_text("The tubes of these codes have been taken already.")
    on_the_server(town, tubes)
    more = sample(page)
    page.context.set_offline(False)
    network(page, "online · all sent")
    on_the_server(town, tubes | more)


def test_the_device_hears_already_have_for_what_left_as_codes(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    tubes = sample(page)
    office = opened(town.ana, OFFICE)
    scan(office, *shown(page))
    expect(office.locator("#sum")).to_contain_text("1 taken")
    with page.expect_response("**/sampling/api/sync") as answered:
        page.context.set_offline(False)
    assert [line["outcome"] for line in answered.value.json()["tubes"]] == ["already_have"]
    network(page, "online · all sent")
    on_the_server(town, tubes)


def test_two_series_come_in_beside_each_other_and_one_can_be_forgotten(town: Town, opened: Opener) -> None:
    first, second, third = (offline(town, opened) for _ in range(3))
    tubes = sample(first, 2, people=9) | sample(second, 2, people=9)
    sample(third, 2, people=9)
    one, two, half = shown(first), shown(second), shown(third)[1:]
    office = opened(town.ana, OFFICE)
    scan(office, *half, *(text for pair in zip(one[:-1], two[:-1], strict=False) for text in pair))
    expect(office.locator("#series > *")).to_have_count(3)
    scan(office, *one, *two)
    expect(office.locator("#said")).to_contain_text("2 tubes: 2 taken")
    expect(office.locator("#series > *")).to_have_count(1)
    on_the_server(town, tubes)
    office.get_by_role("button", name="Forget these codes").click()
    expect(office.locator("#series > *")).to_have_count(0)
    office.reload()
    scan(office, one[0])
    expect(office.locator("#said")).to_have_text("The tubes of these codes have been taken already.")  # what it keeps has been read
    expect(office.locator("#series > *")).to_have_count(0)


def test_a_whole_series_waits_for_the_network_of_the_office(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    tubes, office = sample(page), opened(town.ana, OFFICE)
    office.context.set_offline(True)
    scan(office, *shown(page))
    expect(office.locator("#series")).to_contain_text("All codes are here; the tubes have not been taken yet.")
    expect(office.locator("#series .notice")).to_contain_text("No network")
    office.context.set_offline(False)
    expect(office.locator("#sum")).to_contain_text("1 taken")
    on_the_server(town, tubes)


def test_what_is_no_part_or_lost_a_character_is_said(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    sample(page, 1)
    [text, *others] = shown(page)
    office = opened(town.ana, OFFICE)
    scan(office, "10000000000176")
    expect(office.locator("#said")).to_contain_text("That is no QR code of a hand-over.")
    scan(office, text[:50] + text[51:])
    expect(office.locator("#said")).to_contain_text("A character of that code was lost on its way.")
    scan(page, text)
    expect(page.locator("#said")).to_contain_text("It is read on the Import page.")
    scan(office, text.lower(), *others)
    expect(office.locator("#sum")).to_contain_text("1 taken")


def test_the_series_goes_on_by_itself_slower_and_faster_and_the_screen_stays_awake(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    page.evaluate("""() => {
      window.locks = [];
      const request = async (kind) => (window.locks.push(kind), { release: () => window.locks.push("released") });
      Object.defineProperty(navigator, "wakeLock", { value: { request }, configurable: true });
    }""")
    sample(page, 2, people=9)
    page.get_by_text("Hand over without a network").click()
    page.get_by_role("button", name="Show as QR codes", exact=True).click()
    for place in (2, 1, 2):
        expect(page.locator("#series-place")).to_have_text(f"{place} / 2")
    page.get_by_role("button", name="Slower").click()
    expect(page.locator("#series-pace")).to_have_text("2 s each")
    for _ in range(4):
        page.get_by_role("button", name="Faster").click()
    expect(page.locator("#series-pace")).to_have_text("0.5 s each")
    expect(page.get_by_role("button", name="Faster")).to_be_disabled()
    expect(page.locator("#series-play")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#series-play")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#series")).to_be_hidden()
    expect(page.locator("#scan")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("2 QR codes of 2 tubes were shown.")
    assert page.evaluate("window.locks") == ["screen", "released"]


def test_who_has_seen_half_of_a_series_is_shown_the_same_one_again(town: Town, opened: Opener) -> None:
    page = offline(town, opened)
    sample(page, 2, people=9)
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # so that one code is seen, however long it takes to let it stand
    show(page)
    before = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.locator("#series").screenshot())))[0].text
    page.get_by_role("button", name="Back to scanning").click()
    expect(page.locator("#said")).to_contain_text("1 of 2 QR codes were shown.")
    page.get_by_role("button", name="Show as QR codes", exact=True).click()
    page.get_by_role("button", name="Play").click()
    assert before in frames(page)


@pytest.mark.parametrize("how", ["file", "codes"])
def test_a_sealed_tube_on_the_desk_goes_with_the_hand_over(town: Town, opened: Opener, how: str) -> None:
    page, office = offline(town, opened), opened(town.ana, OFFICE)  # before: a sealed tube stays on the desk for ten seconds
    first = sample(page, 1)
    second, people = code(Kind.TUBE), numbers(10)
    scan(page, second, *people)
    expect(page.locator("#log")).to_contain_text(f"Tube {second} is sealed.")
    page.get_by_text("Hand over without a network").click()
    if how == "file":
        with page.expect_download() as fetched:
            page.get_by_role("button", name="Hand over as a file").click()
        office.locator("#file").set_input_files(fetched.value.path())
    else:
        page.get_by_text("Hand over without a network").click()
        scan(office, *shown(page))
    expect(office.locator("#sum")).to_contain_text("2 tubes: 2 taken")
    expect(page.locator("#outbox li")).to_have_count(2)
    expect(page.locator("#asks")).to_have_text("Scan the tube")
    on_the_server(town, first | {second: people})


def test_the_codes_that_the_device_draws_are_read_by_others_at_every_length_and_with_a_tenth_of_them_spoilt(
    town: Town, opened: Opener
) -> None:
    page = opened(town.ana, OFFICE)
    for length in (1, 2, 35, 500, 969, 970):
        text = "".join(LUCK.choice(CHARACTERS) for _ in range(length))
        rows = page.evaluate(DRAW, text)
        picture = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
        for y, row in enumerate(rows):
            for x, bit in enumerate(row):
                picture.putpixel((x + 4, y + 4), 0 if bit == "1" else 255)
        larger = picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)
        ImageDraw.Draw(larger).rectangle((140, 140, 260, 260), fill=128)
        [found] = zxingcpp.read_barcodes(larger)
        assert (found.text, found.ec_level) == (text, "M")


@pytest.mark.parametrize("reader", READERS)
def test_the_codes_on_another_devices_screen_are_read_by_camera(
    town: Town, camera: CameraOpener, opened: Opener, tmp_path: Path, reader: str
) -> None:
    """As a phone's camera has them from 20 cm: about four of its dots a module."""
    device = offline(town, opened)
    tubes = sample(device, 3, people=9)
    show(device)
    scenes = []
    for _ in range(2):
        code_shown = Image.open(io.BytesIO(device.locator("#series-code").screenshot())).convert("L")
        scenes.append((on_the_table(code_shown, size=(1280, 720), wide=0.35), 2.0))
        device.keyboard.press("ArrowRight")
    page = camera(town.ana, "/sampling/import", film(tmp_path, *scenes), service_workers="block")
    if reader == "server":
        without_reader(page)
    press(page)
    expect(page.locator("#sum")).to_have_text("3 tubes: 3 taken, 0 were here before, 0 wait, 0 need somebody", timeout=60_000)
    on_the_server(town, tubes)
