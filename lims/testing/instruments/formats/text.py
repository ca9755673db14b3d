"""From the bytes of a text file to its lines, whatever encoding and line ends the instrument's computer uses."""

import re

from lims.kernel.errors import Refused
from lims.testing.instruments.formats.grids import Grid, Line

# Tab and line ends belong to a table; any other control character means that bytes were damaged or that this is no text.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")

# GB2312 before Windows-1252, because nearly every byte string is valid in the latter; GBK last, because its second byte may be
# an ASCII letter and would swallow the letter after an accented one. In none of them can a digit, comma, tab or quote be part
# of another character (GB18030 allows that), so that a wrong guess garbles names but never a number.
WITHOUT_BOM = ("utf-8", "gb2312", "cp1252", "gbk")


MOST_LINE_ENDS = 2_000_000


def grid(content: bytes) -> Grid | None:
    """The lines of a text file, or None if these bytes are not text."""
    text = _decoded(content)
    if text is None:
        return None
    if text.count("\n") + text.count("\r") > MOST_LINE_ENDS:
        raise Refused("run_file_too_large", "The file has more lines than any run needs; export it again, without the raw data.")
    lines = _lines(text)
    if not lines:
        raise Refused("run_file_empty", "The file holds nothing but blank lines.")
    for line in lines:
        if CONTROL.search(line.text):
            if line is lines[0]:
                return None
            raise Refused("run_file_unreadable", "Line {line} holds characters that no text has; the file is damaged.", line=line.number)
    return Grid("", lines)


def _decoded(content: bytes) -> str | None:
    encoding = _declared(content)
    if encoding:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = content[: error.start].decode(encoding, errors="ignore").count("\n") + 1
            raise Refused(
                "run_file_unreadable",
                "The file says it is {encoding}, but from line {line} on it is not; it is cut or damaged.",
                encoding=encoding,
                line=line,
            ) from error
    for guess in WITHOUT_BOM:
        try:
            return content.decode(guess)
        except UnicodeDecodeError:
            continue
    return None


def _declared(content: bytes) -> str | None:
    """The encoding a byte order mark gives away, or, without one, the zeros that UTF-16 puts beside each ASCII letter."""
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = content[:256]
    even, odd = start[::2], start[1::2]
    if even and odd and even.count(0) == 0 and odd.count(0) > len(odd) * 0.8:
        return "utf-16-le"
    if even and odd and odd.count(0) == 0 and even.count(0) > len(even) * 0.8:
        return "utf-16-be"
    return None


def _lines(text: str) -> tuple[Line, ...]:
    """Lines end with LF, CRLF or a bare CR; `str.splitlines` would also break at characters that may stand in a name."""
    pieces = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    unended = pieces.pop()
    lines = [Line(number, piece) for number, piece in enumerate(pieces, start=1)]
    if unended:
        lines.append(Line(len(lines) + 1, unended, ended=False))
    return tuple(lines) if any(line.text.strip() for line in lines) else ()
