"""Ana scans with the phone's camera: Chromium's own fake camera shows her printed labels, one after another."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from lims.kernel.barcodes import Kind, own_code
from tests.browser.conftest import CameraOpener, scan, until
from tests.factories import Town, code, person
from tests.photos import jpeg, label, on_the_table, square

pytestmark = pytest.mark.browser
A_SECOND = 30  # pictures
READERS = ["server", pytest.param("device", marks=pytest.mark.reader)]
SAYS = {
    "server": "Hold a code in the window. The server reads it, while there is a network.",
    "device": "Hold a code in the window. This device reads it.",
}
# A browser that reads codes by itself: it says what it is told to, look after look; first what `once` has for one look each.
DETECTOR = """
window.planned = [];
window.once = [];
window.looks = 0;
window.BarcodeDetector = class {
  static async getSupportedFormats() { return window.formats ?? ["code_128", "qr_code", "data_matrix", "pdf417"]; }
  constructor({ formats }) { window.asked = formats; }
  async detect(picture) {
    if (picture instanceof ImageData) return [];
    window.looks += 1;
    return (window.once.shift() ?? window.planned).map((rawValue) => ({ rawValue, format: "code_128" }));
  }
};
"""
# A track with everything a phone's camera has.
TRACK = """
window.applied = [];
MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 5, step: 0.5 } });
MediaStreamTrack.prototype.applyConstraints = async (wanted) => { window.applied.push(...wanted.advanced); };
"""


def film(folder: Path, *scenes: tuple[Image.Image, float]) -> Path:
    """Pictures, each for so many seconds, over and over: what the fake camera sees."""
    made = folder / "film.mjpeg"
    made.write_bytes(b"".join(jpeg(picture, quality=80) * round(seconds * A_SECOND) for picture, seconds in scenes))
    return made


def without_reader(page: Page) -> None:
    """As if `make reader` had never been run."""
    page.route("**/static/reader/**", lambda route: route.abort())


def press(page: Page) -> None:
    page.get_by_role("button", name="Camera").click()


@pytest.mark.parametrize("reader", READERS)
def test_a_tube_and_a_person_are_sampled_by_camera_alone(town: Town, camera: CameraOpener, tmp_path: Path, reader: str) -> None:
    tube, number = code(Kind.TUBE), person()["id_number"]
    table = on_the_table()
    seen = film(tmp_path, (on_the_table(label(tube)), 4), (table, 2.5), (on_the_table(square("qr", number), wide=0.3), 4), (table, 2.5))
    page = camera(town.ana, "/sampling/", seen, service_workers="block")
    if reader == "server":
        without_reader(page)
    press(page)
    expect(page.locator("#camera-says")).to_have_text(SAYS[reader])
    log = page.locator("#log")
    expect(log).to_contain_text(f"Tube {tube} is open.", timeout=60_000)
    expect(page.locator("#scan")).to_be_focused()
    expect(log).to_contain_text("1 of 10", timeout=60_000)
    # The film begins anew: the tube comes into view a second time, and that seals it.
    expect(log).to_contain_text(f"Tube {tube}: confirmed by the server, 1 people.", timeout=60_000)
    members = town.ana.get(f"/sampling/api/tubes/{tube}").json()["members"]
    assert [member["id_number"] for member in members] == [number]


@pytest.mark.parametrize("reader", READERS)
def test_boxes_are_packed_by_camera_too(town: Town, camera: CameraOpener, tmp_path: Path, reader: str) -> None:
    box, tube = code(Kind.BOX), town.collected(2)["barcode"]
    seen = film(tmp_path, (on_the_table(square("datamatrix", box), wide=0.3), 4), (on_the_table(), 1.5), (on_the_table(label(tube)), 4))
    page = camera(town.ana, "/sampling/boxes", seen, service_workers="block")
    if reader == "server":
        without_reader(page)
    press(page)
    expect(page.locator("#count")).to_have_text("1", timeout=60_000)
    expect(page.locator("#tubes")).to_contain_text(tube[-4:])


def test_ben_receives_a_box_by_camera(town: Town, camera: CameraOpener) -> None:
    tube = town.collected(2)["barcode"]
    box = code(Kind.BOX)
    page = camera(town.ben, "/testing/boxes", script=DETECTOR)
    press(page)
    for one in (box, tube):
        page.evaluate("(code) => { window.planned = [code]; }", one)
        expect(page.locator("#log")).to_contain_text(one)


def test_the_browsers_own_reader_comes_first_and_is_asked_for_what_labels_carry(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script=DETECTOR)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    press(page)
    until(page, "window.looks > 3")
    assert page.evaluate("window.asked") == ["code_128", "qr_code", "data_matrix"]
    assert [url for url in fetched if "frames" in url or "/reader/" in url] == []


def test_a_browser_whose_reader_knows_no_code_128_is_not_trusted_with_it(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script=f"{DETECTOR} window.formats = ['qr_code'];", service_workers="block")
    without_reader(page)
    press(page)
    expect(page.locator("#camera-says")).to_have_text(SAYS["server"])
    assert page.evaluate("window.looks") == 0


def looked(page: Page, *codes: str, times: int = 4) -> None:
    """The camera has this in view for some looks."""
    page.evaluate("(codes) => { window.planned = codes; window.since = window.looks; }", list(codes))
    until(page, f"window.looks >= window.since + {times}")


def looked_once_each(page: Page, *looks: list[str]) -> None:
    """Each look of the camera has other codes in view; the last ones stay. However slow the machine is, none is missed twice."""
    page.evaluate("(looks) => { window.planned = looks.at(-1); window.once = looks; window.since = window.looks; }", looks)
    until(page, f"window.looks >= window.since + {len(looks)}")


def out_of_view(page: Page) -> None:
    """Nothing is in view until the last code counts as gone."""
    page.evaluate("() => { window.planned = []; window.from = performance.now(); window.since = window.looks; }")
    until(page, "performance.now() > window.from + 1700 && window.looks >= window.since + 4")


def test_a_code_that_stays_in_view_is_taken_once_and_again_when_it_was_away(town: Town, camera: CameraOpener) -> None:
    page, tube, number = camera(town.ana, "/sampling/", script=DETECTOR), code(Kind.TUBE), person()["id_number"]
    press(page)
    looked(page, tube, times=30)
    expect(page.locator("#log li")).to_have_count(1)
    looked_once_each(page, [], [tube])
    looked(page, tube)
    expect(page.locator("#log li")).to_have_count(1)
    looked(page, number)
    expect(page.locator("#count")).to_have_text("1 / 10")
    out_of_view(page)
    looked(page, number)
    expect(page.locator("#log")).to_contain_text("This person is number 1 of this tube already.")


def test_tube_and_card_side_by_side_never_seal_the_tube(town: Town, camera: CameraOpener) -> None:
    """Of two codes in view each look may read one, the other, or both."""
    page, tube, number = camera(town.ana, "/sampling/", script=DETECTOR), code(Kind.TUBE), person()["id_number"]
    press(page)
    looked(page, tube, number)
    expect(page.locator("#camera-says")).to_have_text("More than one code is in the window: hold only one there.")
    expect(page.locator("#log li")).to_have_count(0)
    looked_once_each(page, *([tube], [number]) * 5)
    expect(page.locator("#log li")).to_have_count(2)
    expect(page.locator("#count")).to_have_text("1 / 10")


def test_bars_that_are_read_rightly_and_wrongly_in_one_look_are_one_code(town: Town, camera: CameraOpener) -> None:
    """As a real reader told them of a photograph; two labels that follow each other on a roll are two codes all the same."""
    page = camera(town.ana, "/sampling/", script=DETECTOR)
    press(page)
    looked(page, "27585912456047", "10585912696047")
    expect(page.locator("#log")).to_have_text(re.compile("Tube 10585912696047 is open."))
    out_of_view(page)
    looked(page, *(own_code(Kind.TUBE, 85912696000 + number) for number in (1, 2)))
    expect(page.locator("#camera-says")).to_have_text("More than one code is in the window: hold only one there.")
    expect(page.locator("#log li")).to_have_count(1)


def test_a_scanner_works_beside_the_camera_and_the_picture_shows_what_came_of_it(town: Town, camera: CameraOpener) -> None:
    page, tube = camera(town.ana, "/sampling/", script=DETECTOR), code(Kind.TUBE)
    press(page)
    looked(page)
    scan(page, tube)
    expect(page.locator("#log")).to_contain_text(f"Tube {tube} is open.")
    expect(page.locator(".camera .picture")).to_have_attribute("data-signal", "ok")
    looked(page, "rubbish")
    expect(page.locator(".camera .picture")).to_have_attribute("data-signal", "wrong")


LIVE = "document.getElementById('camera-video').srcObject?.getTracks().some((track) => track.readyState === 'live') ?? false"


def test_closing_frees_the_camera_and_so_does_hiding_the_page(town: Town, camera: CameraOpener) -> None:
    keeping = """
      window.tracks = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        window.tracks.push(...stream.getTracks());
        return stream;
      };
      window.live = () => window.tracks.filter((track) => track.readyState === "live").length;
      window.hide = (hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      };
    """
    page = camera(town.ana, "/sampling/", script=DETECTOR + keeping)
    press(page)
    looked(page)
    assert page.evaluate("window.live()") == 1
    page.evaluate("window.hide(true)")
    assert page.evaluate("window.live()") == 0
    page.evaluate("window.hide(false)")
    until(page, "window.live() === 1")
    press(page)
    assert page.evaluate("window.live()") == 0
    expect(page.locator("#camera-view")).to_be_hidden()
    expect(page.locator("#scan")).to_be_focused()
    press(page)
    looked(page)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.evaluate("window.tracks.length") == 3
    assert page.evaluate("window.live()") == 0


def test_pressing_twice_in_haste_leaves_no_camera_behind(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script=DETECTOR)
    page.evaluate("for (let press = 0; press < 5; press += 1) document.getElementById('camera').click()")
    looked(page)
    assert page.evaluate(LIVE)
    press(page)
    assert not page.evaluate(LIVE)


def test_light_and_zoom_are_there_where_the_camera_has_them(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script=DETECTOR + TRACK)
    press(page)
    light = page.get_by_role("button", name="Light")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#scan")).to_be_focused()
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Zoom").fill("2.5")
    assert page.evaluate("window.applied") == [{"focusMode": "continuous"}, {"torch": True}, {"torch": False}, {"zoom": 2.5}]


def test_a_camera_without_light_and_zoom_shows_neither(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script=DETECTOR + "MediaStreamTrack.prototype.getCapabilities = () => ({});")
    press(page)
    looked(page)
    expect(page.locator("#camera-torch")).to_be_hidden()
    expect(page.locator("#camera-zoom")).to_be_hidden()


def test_the_lens_that_was_chosen_is_used_the_next_time(town: Town, camera: CameraOpener) -> None:
    asking = """
      window.wanted = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) => {
        window.wanted.push(wanted.video);
        if (wanted.video.deviceId?.exact === "gone") return Promise.reject(new DOMException("", "OverconstrainedError"));
        const { deviceId, ...others } = wanted.video;
        return ask({ video: others });
      };
      navigator.mediaDevices.enumerateDevices = async () => [
        { kind: "audioinput", deviceId: "a", label: "Microphone" },
        { kind: "videoinput", deviceId: "front", label: "camera2 1, facing front" },
        { kind: "videoinput", deviceId: "wide", label: "camera2 2, facing back" },
        { kind: "videoinput", deviceId: "back", label: "camera2 0, facing back" },
      ];
    """
    page = camera(town.ana, "/sampling/", script=DETECTOR + asking)
    press(page)
    lens = page.get_by_label("Lens")
    expect(lens.locator("option")).to_have_text(["camera2 2, facing back", "camera2 0, facing back", "camera2 1, facing front"])
    assert page.evaluate("window.wanted.at(-1).facingMode") == {"ideal": "environment"}
    lens.select_option("back")
    until(page, "window.wanted.at(-1).deviceId?.exact === 'back'")
    page.reload()
    press(page)
    until(page, "window.wanted.at(-1)?.deviceId?.exact === 'back'")
    page.evaluate("localStorage.setItem('lims.camera.lens', 'gone')")
    page.reload()
    press(page)
    until(page, "window.wanted.at(-1)?.facingMode?.ideal === 'environment'")
    assert page.evaluate("localStorage.getItem('lims.camera.lens')") is None


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("NotAllowedError", "The camera is not allowed here. Allow it in the browser's settings"),
        ("NotFoundError", "No camera was found on this device. Scan with a scanner"),
        ("NotReadableError", "another program may hold it. Close that one"),
    ],
)
def test_a_camera_that_is_not_given_says_what_to_do(town: Town, camera: CameraOpener, fault: str, sentence: str) -> None:
    failing = f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{fault}'));"
    page = camera(town.ana, "/sampling/", script=DETECTOR + failing)
    press(page)
    expect(page.locator("#camera-cannot")).to_contain_text(sentence)
    expect(page.locator("#camera-view")).to_be_hidden()
    expect(page.get_by_role("button", name="Camera")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#scan")).to_be_focused()


def test_an_address_without_https_says_where_to_go(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script="Object.defineProperty(globalThis, 'isSecureContext', { value: false });")
    press(page)
    expect(page.locator("#camera-cannot")).to_contain_text("This address has no https")
    expect(page.locator("#camera-cannot")).to_contain_text("/device/")


def test_without_network_and_reader_the_camera_is_not_opened_but_says_why(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", service_workers="block")
    without_reader(page)
    page.context.set_offline(True)
    press(page)
    expect(page.locator("#camera-cannot")).to_contain_text(
        "cannot read codes by itself, and the server that would read them does not answer"
    )
    assert not page.evaluate(LIVE)


def test_a_server_that_goes_away_closes_the_camera_that_it_read_for(town: Town, camera: CameraOpener, tmp_path: Path) -> None:
    page = camera(town.ana, "/sampling/", film(tmp_path, (on_the_table(), 1)), service_workers="block")
    without_reader(page)
    press(page)
    expect(page.locator("#camera-says")).to_have_text(SAYS["server"])
    page.route("**/sampling/api/frames", lambda route: route.abort())
    expect(page.locator("#camera-cannot")).to_contain_text("does not answer")
    expect(page.locator("#camera-view")).to_be_hidden()
    assert not page.evaluate(LIVE)


def test_pictures_for_the_server_are_small_and_few(town: Town, camera: CameraOpener, tmp_path: Path) -> None:
    page = camera(town.ana, "/sampling/", film(tmp_path, (on_the_table(label(code(Kind.TUBE))), 1)), service_workers="block")
    without_reader(page)
    sent: list[int] = []
    answers: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")) if request.url.endswith("/frames") else None)
    page.on("response", lambda response: answers.append(response.status) if response.url.endswith("/frames") else None)
    press(page)
    expect(page.locator("#log li")).to_have_count(1)
    until(page, "performance.getEntriesByName(location.origin + '/sampling/api/frames').length >= 8")
    assert max(sent) < 150_000
    assert set(answers) == {200}


@pytest.mark.reader
def test_the_installed_reader_reads_without_a_network(town: Town, camera: CameraOpener, tmp_path: Path) -> None:
    tube = code(Kind.TUBE)
    page = camera(town.ana, "/sampling/", film(tmp_path, (on_the_table(label(tube)), 2)))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "caches.keys().then((names) => names.some((name) => name.startsWith('lims.page.')))")
    page.context.set_offline(True)
    page.reload()
    press(page)
    expect(page.locator("#camera-says")).to_have_text(SAYS["device"])
    expect(page.locator("#log")).to_contain_text(f"Tube {tube} is open.", timeout=60_000)


def test_the_camera_speaks_chinese(town: Town, camera: CameraOpener) -> None:
    page = camera(town.ana, "/sampling/", script=DETECTOR, language="zh-CN")
    page.get_by_role("button", name="摄像头").click()
    expect(page.locator("#camera-says")).to_have_text(re.compile("由本机识读"))
