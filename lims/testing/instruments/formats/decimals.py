"""Text exports of computers that write decimals with a comma (31,204): read only where the whole file speaks that way.

A comma is a decimal's where no number of the file has a point, and where it can separate nothing else: the cells are separated by
semicolons, as only such computers do, or the numbers cannot be thousands (0,2 and 31,25 cannot; 31,204 alone could). Whatever is
mixed or could mean either stays as it is written, and a Ct with a comma is then refused with its line and well.
"""

import re

from lims.testing.instruments.formats.grids import Grid, Line

SIGNS = ("\t", ";", ",")


def _cells(sign: str, number: str) -> re.Pattern[str]:
    """Whole cells between these signs."""
    return re.compile(rf"(?:(?<={sign})|^){number}(?={sign}|$)", re.ASCII | re.MULTILINE)


WITH_POINT = {sign: _cells(sign, r'"?-?[0-9][0-9,]*\.[0-9]+"?') for sign in SIGNS}
# Between commas only a quoted cell can hold another.
WITH_COMMA = {
    sign: _cells(sign, rf'("{"" if sign == "," else "?"})(-?(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+)),([0-9]+)\1')
    for sign in SIGNS
}
THOUSANDS = 3  # digits behind a comma that may as well separate thousands
FEWEST = 2  # numbers without which a habit cannot be told from a slip


def plain(grid: Grid) -> Grid:
    """The same with decimal points, where the file writes commas throughout; unchanged otherwise."""
    text = "\n".join(line.text for line in grid.lines)
    sign = "\t" if "\t" in text else ";" if text.count(";") > text.count(",") else ","
    if "," not in text or WITH_POINT[sign].search(text):
        return grid
    found = [(whole, part) for _, whole, part in WITH_COMMA[sign].findall(text)]
    if not (found and sign == ";") and not (len(found) >= FEWEST and any(_no_thousands(*number) for number in found)):
        return grid
    return Grid(grid.name, tuple(Line(line.number, WITH_COMMA[sign].sub(_point, line.text), line.row, line.ended) for line in grid.lines))


def _no_thousands(whole: str, part: str) -> bool:
    return len(part) != THOUSANDS or whole.lstrip("-") == "0" or "." in whole


def _point(number: re.Match[str]) -> str:
    quote, whole, part = number.groups()
    return f"{quote}{whole.replace('.', '')}.{part}{quote}"
