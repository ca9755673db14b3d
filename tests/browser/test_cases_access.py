"""The pages of cases that no demo city leads to: read, hit and reached by whoever has to, with much on them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import another_town, done, found, message, note, recollected
from tests.browser.conftest import Opener
from tests.browser.sight import unfit
from tests.browser.test_access import DESK, PHONE, faults, not_reached
from tests.conftest import NODE
from tests.deconvolution.plans.at_work import choose, reactive, read_out, sub_pool
from tests.factories import Somebody, Town

pytestmark = [pytest.mark.browser, pytest.mark.node("axe-core")]
WAYS = [(PHONE, "zh-CN"), (PHONE, "en"), (DESK, "en")]
Pages = dict[str, tuple[Somebody, str]]


def cases(town: Town) -> Pages:
    """A case with members in many states, one that is over, and the pages about them."""
    pool, beside = town.collected(10), town.collected(3)
    town.tested(pool["barcode"], beside["barcode"], truth={pool["barcode"]: "positive"}, hours=1)
    first, second, third, fourth, *_ = pool["members"]
    found(town, {recollected(town, first, pool["barcode"]): "positive", recollected(town, second, pool["barcode"]): "negative"})
    recollected(town, third, pool["barcode"], hours=9)
    done(note(town, pool["barcode"], 5, "refused", note="will not come"))
    done(note(town, pool["barcode"], 6, "transferred", to_site=another_town(town).site, by=town.ben))
    town.collected([fourth], hours=3)
    over = town.collected(2)
    town.tested(over["barcode"], truth={over["barcode"]: "positive"}, hours=1)
    found(town, {recollected(town, member, over["barcode"]): "negative" for member in over["members"]})
    return {
        "board": (town.olga, f"/testing/cases?lab={town.lab}&state=all"),
        "filtered": (town.olga, f"/testing/cases?area={town.area}&site={town.site}"),
        "case": (town.bo, f"/testing/cases/{pool['barcode']}"),
        "discordant": (town.bo, f"/testing/cases/{over['barcode']}"),
        "contacts": (town.ana, f"/sampling/cases/{pool['barcode']}/contacts"),
        "figures": (town.olga, f"/reporting/cases?lab={town.lab}&from=2022-02-02&to=2022-02-02"),
        "rows": (town.olga, f"/reporting/cases/sampled?lab={town.lab}&from=2022-02-02&to=2022-02-02"),
    }


def schemes(town: Town) -> Pages:
    """A case whose scheme is to be chosen, and one in which sub-pools are mixed."""
    fresh, _ = reactive(town, 9)
    pool, tubes = reactive(town, 8)
    done(choose(town, pool, "halving"))
    read_out(town, {sub_pool(town, pool): "invalid"})
    done(town.ben.post(f"/testing/api/cases/{pool}/tubes/{tubes[6]}/aside", message()))
    return {
        "choice": (town.bo, f"/testing/cases/{fresh}/scheme"),
        "mixing": (town.bo, f"/testing/cases/{pool}/scheme"),
        "schemes": (town.bo, "/testing/schemes"),
        "aliquots": (town.bo, f"/testing/cases/{pool}"),
    }


@pytest.mark.parametrize("pages", [cases, schemes])
def test_the_pages_of_cases_can_be_read_and_hit_by_whoever_has_to(town: Town, opened: Opener, pages: Callable[[Town], Pages]) -> None:
    axe = (NODE / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    wrong: dict[str, list[str]] = {}
    for name, (who, path) in pages(town).items():
        for (width, height), language in WAYS:
            page = opened(who, path, language=language, screen={"width": width, "height": height})
            assert page.locator("main h1").count() == 1, page.url
            if folder := os.environ.get("LIMS_SHOTS"):
                page.screenshot(path=str(Path(folder) / f"{name}-{language}-{width}.png"), full_page=True)
            seen = faults(page, axe, gloved=path.startswith(("/sampling", "/testing"))) + unfit(page)
            if (width, height) == DESK and language == "en":
                seen += not_reached(page)
            if seen:
                wrong[f"{name} {width} {language}"] = seen
            page.context.close()
    assert wrong == {}, json.dumps(wrong, indent=1, ensure_ascii=False)


def test_the_webhooks_of_the_authority_can_be_read_and_hit(town: Town, opened: Opener) -> None:
    axe = (NODE / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    for (width, height), language in WAYS:
        page = opened(town.ada, "/reporting/webhooks", language=language, screen={"width": width, "height": height})
        if folder := os.environ.get("LIMS_SHOTS"):
            page.screenshot(path=str(Path(folder) / f"webhooks-{language}-{width}.png"), full_page=True)
        assert faults(page, axe, gloved=True) + unfit(page) == []
