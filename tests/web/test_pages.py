"""Pages: who sees which, in which language, and what a browser is told when something cannot be done."""

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from jinja2 import meta, nodes

from lims.apps.home import local_path
from lims.kernel import clock
from lims.kernel.auth.actions import add_user
from lims.kernel.auth.door import COOKIE
from lims.kernel.db import Access
from lims.web.render import TEMPLATES, environment
from tests.factories import Somebody, Town

PAGES = {
    "ana": ["/", "/sampling/", "/sampling/recollections", "/sampling/boxes", "/sampling/labels"],
    "ben": [
        "/",
        "/testing/",
        "/testing/boxes",
        "/testing/extractions",
        "/testing/plates",
        "/testing/lots",
        "/testing/controls",
        "/testing/cases",
    ],
    "bea": ["/", "/testing/", "/testing/cases", "/testing/amendments", "/testing/controls", "/testing/rejudge"],
    "olga": ["/", "/reporting/", "/reporting/wall", "/reporting/cases", "/testing/cases", "/testing/amendments"],
    "ada": ["/", "/sampling/labels", "/sampling/devices", "/sampling/conflicts"],
    "authority": ["/"],
}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def look(who: Somebody, path: str, language: str = "en") -> Response:
    """Open a page, signed in."""
    return who.web.get(path, headers=BROWSER | {"Accept-Language": language, **who.headers})


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_has_their_pages_even_before_anything_has_happened(town: Town, name: str, language: str) -> None:
    for path in PAGES[name]:
        answer = look(getattr(town, name), path, language)
        assert answer.status_code == 200, f"{path}: {answer.text[-500:]}"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{language}">' in answer.text


def test_pages_of_a_whole_day_can_be_opened(town: Town) -> None:
    clean, odd = town.collected(3)["barcode"], town.collected(10)["barcode"]
    run = town.tested(clean, odd, truth={odd: "positive"})
    assert "in control" in look(town.ben, f"/testing/runs/{run}").text
    for who, path in [(town.bea, f"/testing/runs/{run}"), (town.bea, f"/testing/cases/{odd}")]:
        answer = look(who, path)
        assert answer.status_code == 200, answer.text[-500:]
        assert odd[-5:] in answer.text
    assert "赵试" not in look(town.bea, f"/testing/cases/{odd}").text


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(web: TestClient) -> None:
    answer = web.get("/testing/cases?state=open", headers=BROWSER, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/sign-in?next=%2Ftesting%2Fcases%3Fstate%3Dopen")


def test_a_program_that_is_not_signed_in_is_told_in_json(web: TestClient) -> None:
    for headers in ({}, BROWSER):
        answer = web.get("/testing/api/cases", headers=headers, follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(web: TestClient, town: Town) -> None:
    wrong = web.post("/auth/sign-in", data={"name": town.ana.name, "password": "guess", "next": "/sampling/"}, follow_redirects=False)
    assert wrong.status_code == 401
    assert "The name or the password is wrong." in wrong.text
    with town.program.database.transaction(Access.OWNER) as connection:
        add_user(connection, clock.now(), town.ana.name, ["sampler"], site=town.site, password="right horse")
    right = web.post("/auth/sign-in", data={"name": town.ana.name, "password": "right horse", "next": "/sampling/"}, follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, "/sampling/")
    cookie = right.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    web.cookies.clear()


def test_another_sites_form_signs_nobody_in(web: TestClient, town: Town) -> None:
    answer = web.post("/auth/sign-in", data={"name": town.ana.name, "password": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_token_and_the_cookie(town: Town) -> None:
    answer = town.ben.post("/auth/sign-out")
    assert answer.status_code == 204
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert town.ben.get("/testing/").status_code == 401


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "", "/\r\nX: y"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(address: str) -> None:
    assert local_path(address) == "/"


def test_a_page_that_cannot_be_shown_says_why_in_the_readers_language(town: Town) -> None:
    answer = look(town.ana, "/testing/", "zh-CN,zh;q=0.9,en;q=0.8")
    assert answer.status_code == 403
    assert f"这里只对检验员或审核人开放；您当前以 {town.ana.name} 登录。" in answer.text  # noqa: RUF001 - Chinese punctuation
    missing = look(town.ben, "/testing/cases/10000000000000", "en")
    assert missing.status_code == 404
    assert "Case 10000000000000 is not known" in missing.text


def test_a_refusal_of_the_interface_is_in_the_readers_language_too(town: Town) -> None:
    answer = town.web.get("/testing/api/plates/30000000000000", headers=town.ben.headers | {"Accept-Language": "zh"})
    assert answer.json()["detail"] == "本实验室查不到板 30000000000000。"
    assert town.ben.get("/testing/api/plates/30000000000000").json()["detail"] == "Plate 30000000000000 is not known in this lab."


def test_the_chosen_language_is_kept(town: Town) -> None:
    answer = look(town.olga, "/?lang=zh")
    assert "您好" in answer.text
    assert "lims_language=zh" in answer.headers["set-cookie"]
    town.web.cookies.clear()


def test_another_labs_run_and_case_are_not_there(town: Town) -> None:
    odd = town.collected(2)["barcode"]
    run = town.tested(odd, truth={odd: "positive"})
    cleo = Town.build(town.program, town.web).bea
    assert look(cleo, f"/testing/runs/{run}").status_code == 404
    assert look(cleo, f"/testing/cases/{odd}").status_code == 404


def test_the_page_of_people_to_call_back_names_nobody_as_devices_keep_it_in_clear(town: Town) -> None:
    odd = town.collected(2)
    town.tested(odd["barcode"], truth={odd["barcode"]: "positive"})
    text = look(town.ana, "/sampling/recollections").text
    assert not any(member[word] in text for member in odd["members"] for word in ("name", "id_number", "phone"))


def test_every_answer_forbids_what_no_page_of_ours_needs(web: TestClient) -> None:
    page = web.get("/auth/sign-in", headers=BROWSER)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert web.get("/static/tokens.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/auth/sign-in", "/sampling/", "/testing/boxes", "/testing/plates", "/testing/cases", "/reporting/"])
def test_no_page_needs_an_inline_script_or_style(town: Town, path: str) -> None:
    everything = town.somebody("eve", "sampler", "technician", "reviewer", "official")
    text = look(everything, path).text
    assert " style=" not in text
    assert " onclick=" not in text
    # Before its module runs, such a form must not put what was typed into an address.
    assert all('method="dialog"' in form for form in text.split("<form")[1:] if "data-api" in form.split(">")[0])
    assert all('type="application/json"' in tag or " src=" in tag for tag in text.split("<script")[1:])


def test_the_daily_report_comes_on_paper(town: Town) -> None:
    answer = look(town.olga, "/reporting/daily/2022-02-02.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(("ending", "begin"), [("html", b"<!DOCTYPE html>"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfday"), ("json", b"{")])
def test_the_daily_report_comes_as_a_file_of_every_kind(town: Town, ending: str, begin: bytes) -> None:
    answer = look(town.olga, f"/reporting/daily/2022-02-02.{ending}?language=zh")
    assert answer.status_code == 200
    assert f'attachment; filename="daily-2022-02-02.{ending}"' == answer.headers["content-disposition"]
    assert answer.content.startswith(begin)


def test_an_official_of_one_lab_or_site_has_the_report_of_that_alone(town: Town) -> None:
    town.tested(town.collected(4)["barcode"])
    lab, site = town.somebody("oscar", "official", lab=town.lab), town.somebody("odile", "official", site=town.site)
    assert f"Lab: {town.lab}" in look(lab, "/reporting/daily/2022-02-02.html?language=en").text
    assert f"Site: {town.site}" in look(site, "/reporting/daily/2022-02-02.html?language=en").text
    assert look(lab, "/reporting/daily/2022-02-02.json").json()["lab"] == town.lab
    assert "What was sent" not in look(lab, "/reporting/daily").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_nobody_reckons_with_is_refused(town: Town, day: str) -> None:
    for answer in (town.olga.get(f"/reporting/daily/{day}.pdf"), town.olga.get("/reporting/", day=day)):
        assert (answer.status_code, answer.json()["code"]) == (422, "request_malformed")


def test_an_address_that_cannot_be_read_is_told_in_the_words_of_whoever_typed_it(town: Town) -> None:
    answer = look(town.olga, "/reporting/?day=morgen", "zh-CN")
    assert answer.status_code == 422
    assert "“day”。请返回修改" in answer.text
    assert "Input should" not in answer.text


def test_no_template_gives_a_word_of_the_frame_another_meaning() -> None:
    """What is set at the top of a page is what the frame around it reads, too: it would name another site than the page is about."""
    made = environment("en")
    frame = meta.find_undeclared_variables(made.parse((TEMPLATES / "base.html").read_text("utf-8"))) - {*made.globals}
    assert {"place", "caller", "others"} <= frame
    taken = [
        f"{path.relative_to(TEMPLATES)}:{word.lineno} {word.name}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for statement in made.parse(path.read_text("utf-8")).find_all((nodes.Assign, nodes.AssignBlock))
        for word in statement.find_all(nodes.Name)
        if word.ctx == "store" and word.name in frame
    ]
    assert taken == []
