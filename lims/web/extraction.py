"""Every sentence that is to be said in another language: `python -m lims.web.extraction` brings the catalogues up to date.

Sentences stand in templates (`_("…")`), in refusals (their template is the second argument) and among the words of `speech`.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from lims.kernel.refusals import OF_CONSTRAINT, OF_GUARD
from lims.web.language import ENGLISH, LANGUAGES, catalog, catalog_file

PACKAGE = Path(__file__).resolve().parents[1]
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "Refused": (2,), "conflict": (2,), "problem": (2,)}
# Said to programmers and operators on the command line, never to a reader of a page.
ELSEWHERE = ("lims/apps/commands/", "lims/apps/demo/", "lims/simulate/", "lims/catalog/actions")


def sentences() -> Catalog:
    """What there is to be translated, with the files that say it."""
    found = Catalog(domain="lims", charset="utf-8")
    options = {"**.html": {"trimmed": "true"}}
    for path, _, sentence, _, _ in extract_from_dir(PACKAGE, METHODS, options, KEYWORDS):
        place = f"{PACKAGE.name}/{Path(path).as_posix()}"
        if not place.startswith(ELSEWHERE):
            found.add(sentence, locations=[(place, 0)])
    for _, sentence in (OF_CONSTRAINT | OF_GUARD).values():
        found.add(sentence, locations=[("lims/kernel/refusals.py", 0)])
    return found


def refresh(language: str) -> Catalog:
    """The catalogue of a language with every sentence there is; what nobody says any more is left out."""
    known = catalog(language)
    known.update(sentences(), no_fuzzy_matching=True)
    known.obsolete.clear()
    known.project, known.version, known.last_translator, known.msgid_bugs_address = "lims", "1", "", ""
    with catalog_file(language).open("wb") as file:
        write_po(file, known, sort_by_file=True, include_lineno=False, ignore_obsolete=True, width=140)
    return known


if __name__ == "__main__":
    for code in LANGUAGES:
        if code != ENGLISH:
            refresh(code)
