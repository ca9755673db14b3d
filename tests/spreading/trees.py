"""What PostgreSQL itself understood of a statement: the text it writes of its trees (`debug_print_rewritten`), read back.

The form is that of `nodeToString` in PostgreSQL's `outfuncs.c`: `{KIND :field value …}`, lists in round brackets, `<>` for nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(r'[(){}]|"(?:\\.|[^"\\])*"|(?:\\.|[^\s(){}\\])+', re.DOTALL)
NUMBERS = {"b", "i", "o", "x"}  # what a list of plain numbers begins with


@dataclass(frozen=True, eq=False)
class Node:
    """One node: its kind, and its fields by name. Numbers come as int, text as str, lists as list, nothing as None."""

    kind: str
    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """A field; None where this kind has none of that name."""
        return self.fields.get(name)


def read(text: str) -> Any:
    """The tree, or the list of trees, of such a text."""
    return value(Tokens(TOKEN.findall(text)))


class Tokens:
    """Tokens one after the other, with a look at the next."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    @property
    def next(self) -> str:
        """The one that comes."""
        return self.tokens[self.place]

    def take(self) -> str:
        """The one that comes, gone by."""
        self.place += 1
        return self.tokens[self.place - 1]


def value(tokens: Tokens) -> Any:
    """What comes next: a node, a list, or a word."""
    token = tokens.take()
    if token == "{":
        return node(tokens)
    if token == "(":
        return members(tokens)
    return word(token)


def node(tokens: Tokens) -> Node:
    """A node whose bracket is open."""
    kind, fields = tokens.take(), {}
    while tokens.next != "}":
        name = tokens.take().removeprefix(":")
        found = []
        while not (tokens.next == "}" or tokens.next.startswith(":")):
            found.append(value(tokens))
        # A constant's bytes: how many, then each between square brackets.
        fields[name] = found[0] if len(found) == 1 else tuple(found)
    tokens.take()
    return Node(kind, fields)


def members(tokens: Tokens) -> list[Any]:
    """A list whose bracket is open."""
    found = []
    if tokens.next in NUMBERS:
        tokens.take()
    while tokens.next != ")":
        found.append(value(tokens))
    tokens.take()
    return found


def word(token: str) -> Any:
    """A number, a truth, a text, or nothing."""
    if token in {"<>", "true", "false"}:
        return {"<>": None, "true": True, "false": False}[token]
    if token.startswith('"'):
        token = token[1:-1]
    elif token.lstrip("-").isdigit():
        return int(token)
    return re.sub(r"\\(.)", r"\1", token)


def children(found: Any) -> Iterator[Any]:
    """What lies directly under a node or in a list."""
    if isinstance(found, Node):
        yield from found.fields.values()
    elif isinstance(found, list | tuple):
        yield from found


def within(found: Any, *kinds: str, into: bool = False, past: tuple[str, ...] = ()) -> Iterator[Node]:
    """The nodes of these kinds under (and at) one; those of queries inside only with `into`, nothing under the kinds in `past`."""
    stack = [found]
    while stack:
        one = stack.pop()
        if isinstance(one, Node):
            if one.kind in kinds:
                yield one
            if one.kind in past or (one.kind == "QUERY" and not into and one is not found):
                continue
        stack.extend(children(one))
