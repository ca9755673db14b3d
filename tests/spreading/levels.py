"""A statement as Citus looks at it: its queries inside each other, where their tables are, and which columns are equal.

Nothing here decides; `judge.py` does.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.spreading.trees import Node, within

SELECT, UPDATE, INSERT, DELETE = 1, 2, 3, 4
RELATION, SUBQUERY, JOIN, FUNCTION, VALUES, CTE, GROUP = 0, 1, 2, 3, 5, 6, 9
INNER, LEFT, FULL, RIGHT = 0, 1, 2, 3
EXISTS, ANY = 0, 2
GIVEN, OF_SUBLINK = 0, 2  # kinds of parameters
BARE, NEVER = 0, 2  # how a WITH is written: without a word, and NOT MATERIALIZED
OWN_OBJECTS = 16384  # from this number on, objects are not PostgreSQL's own
Column = tuple[int, int, int]  # which query, which of its tables, which column
Unit = tuple["Level", int]


@dataclass(frozen=True)
class Table:
    """A table's place: the group and the column that it is spread by; neither where it is not spread."""

    name: str
    group: str | None = None
    column: int | None = None
    everywhere: bool = False


@dataclass(frozen=True)
class Catalogue:
    """What must be known of a database to read its trees: tables and functions by their numbers, and which operators mean equal."""

    tables: Mapping[int, Table]
    equal: frozenset[int]
    volatility: Mapping[int, str]
    functions: Mapping[int, str]


class Level:
    """One query: `up` is where its outer columns come from, `inside` the query that it is a part of."""

    def __init__(self, query: Node, catalogue: Catalogue, up: "Level | None" = None, inside: "Level | None" = None) -> None:
        self.query, self.catalogue, self.up, self.inside = query, catalogue, up, inside or up
        self.range: list[Node] = query.rtable or []
        self.in_from = members_of_join(query)
        self.kept: set[int] = set()  # tables and subqueries in FROM that became intermediate results
        self.is_result = False
        withs = {cte.ctename: (cte.ctequery, is_inlined(cte, catalogue)) for cte in query.cteList or []}
        self.inlined = {name: said for name, (said, inlined) in withs.items() if inlined}
        self.ctes = {name: Level(said, catalogue, self) for name, (said, inlined) in withs.items() if not inlined}
        self.parts = {number: part for number in range(1, len(self.range) + 1) if (part := self.part(number))}
        self.links = [(link, Level(link.subselect, catalogue, self)) for link in self.sublinks()]

    def part(self, number: int) -> "Level | None":
        """The query behind a name in FROM, where Citus plans it together with this one."""
        entry = self.range[number - 1]
        if entry.rtekind == SUBQUERY:
            return Level(entry.subquery, self.catalogue, self)
        if entry.rtekind == CTE and not entry.self_reference:
            home = self.above(entry.ctelevelsup)
            if entry.ctename in home.inlined:
                return Level(home.inlined[entry.ctename], self.catalogue, home, self)
        return None

    def sublinks(self) -> Iterator[Node]:
        """The subqueries in the expressions of this query itself."""
        own = [self.query.fields[name] for name in self.query.fields if name not in {"rtable", "cteList"}]
        own += [entry.fields.get(name) for entry in self.range for name in ("functions", "values_lists")]
        yield from within(own, "SUBLINK")

    def above(self, levels: int) -> "Level":
        """The query so many levels up."""
        found = self
        for _ in range(levels):
            assert found.up is not None
            found = found.up
        return found

    def around(self) -> Iterator["Level"]:
        """The query itself and those that it is a part of."""
        found: Level | None = self
        while found is not None:
            yield found
            found = found.inside

    def table(self, number: int) -> Table | None:
        """The table behind a name in FROM; None where there is a query, a function, a list."""
        entry = self.range[number - 1]
        return self.catalogue.tables.get(entry.relid, Table(str(entry.relid))) if entry.rtekind == RELATION else None

    def own(self) -> list[Unit]:
        """The spread tables in FROM itself."""
        return [
            (self, number) for number in sorted(self.in_from) if number not in self.kept and (table := self.table(number)) and table.group
        ]

    def living(self) -> list["Level"]:
        """The parts in FROM that are not intermediate results."""
        return [part for number, part in self.parts.items() if number in self.in_from and number not in self.kept and not part.is_result]

    def linked(self) -> list[tuple[Node, "Level"]]:
        """The subqueries in expressions that are not intermediate results."""
        return [(link, level) for link, level in self.links if not level.is_result]

    def in_from_spread(self) -> list[Unit]:
        """The spread tables under FROM."""
        return [*self.own(), *(unit for part in self.living() for unit in part.spread())]

    def spread(self, *, withs: bool = False) -> list[Unit]:
        """The spread tables of this query and all under it; with those of its WITH only where asked."""
        found = [*self.own(), *(unit for part in self.living() for unit in part.spread(withs=withs))]
        found += [unit for _, level in self.linked() for unit in level.spread(withs=withs)]
        if withs:
            found += [unit for level in self.ctes.values() for unit in level.spread(withs=True)]
            target = self.query.resultRelation
            if target and target not in self.in_from and (table := self.table(target)) and table.group:
                found.append((self, target))
        return found

    def all(self) -> Iterator["Level"]:
        """The query itself and every one under it."""
        yield self
        for level in (*self.ctes.values(), *self.parts.values(), *(level for _, level in self.links)):
            yield from level.all()

    def looks_out(self) -> bool:
        """Whether a column of a query around it occurs in it."""
        return any(deep < var.varlevelsup for var, deep in variables(self.query, 0))

    def looked_at(self) -> set[int]:
        """Which names in FROM of the query just above occur in it."""
        return {var.varno for var, deep in variables(self.query, 0) if var.varlevelsup == deep + 1}


def variables(found: Any, deep: int) -> Iterator[tuple[Node, int]]:
    """Every column that is named, and how many queries deep."""
    if isinstance(found, Node):
        if found.kind == "VAR":
            yield found, deep
            return
        for field in found.fields.values():
            inner = deep + 1 if isinstance(field, Node) and field.kind == "QUERY" else deep
            yield from variables(field, inner)
    elif isinstance(found, list | tuple):
        for one in found:
            yield from variables(one, deep)


def members_of_join(query: Node) -> set[int]:
    """The names that FROM, or a UNION, is made of."""
    joined = within([query.jointree, query.setOperations], "RANGETBLREF", "JOINEXPR", past=("SUBLINK",))
    return {one.rtindex for one in joined if one.kind == "RANGETBLREF"}


def is_inlined(cte: Node, catalogue: Catalogue) -> bool:
    """Whether PostgreSQL takes a WITH for a subquery (`inline_cte` in its planner): it is used once, and only reads."""
    plain = cte.ctequery.commandType == SELECT and not cte.ctequery.rowMarks and not cte.cterecursive
    return bool(
        plain
        and (cte.ctematerialized == NEVER or (cte.ctematerialized == BARE and cte.cterefcount == 1))
        and not any(catalogue.volatility.get(call.funcid) == "v" for call in within(cte.ctequery, "FUNCEXPR", into=True))
    )


class Equality:
    """Which columns are equal to each other, and to which given value: the planner's equivalence classes, as Citus reads them."""

    def __init__(self, top: Level) -> None:
        self.same: dict[Column, Column] = {}
        self.given: dict[Column, set[tuple[str, Level]]] = defaultdict(set)
        for level in top.all():
            for union in within(level.query.setOperations, "SETOPERATIONSTMT"):
                self.unite(level, union)
            for condition in conditions(level.query):
                self.learn(condition, level)
            for link, inner in level.links:
                if link in set(joined_links(level.query)):
                    for condition in conjuncts(link.testexpr):
                        self.learn(condition, level, inner)

    def first(self, column: Column) -> Column:
        """The one that stands for all that are equal."""
        while column in self.same:
            column = self.same[column]
        return column

    def equate(self, one: Column, other: Column) -> None:
        """These are equal."""
        one, other = self.first(one), self.first(other)
        if one != other:
            self.same[one] = other
            self.given[other] |= self.given.pop(one, set())

    def unite(self, level: Level, union: Node) -> None:
        """The columns of a UNION that stand in the same place count as one."""
        for number in (side.rtindex for side in (union.larg, union.rarg) if side.kind == "RANGETBLREF"):
            leaf = level.parts.get(number)
            for entry in leaf.query.targetList if leaf else ():
                if leaf and (column := self.column(entry.expr, leaf)):
                    self.equate((id(level), 0, entry.resno), column)

    def learn(self, condition: Any, level: Level, inner: Level | None = None) -> None:
        """Take in a condition that must hold: that two columns are equal, or a column and a value."""
        if not (isinstance(condition, Node) and condition.kind == "OPEXPR" and condition.opno in level.catalogue.equal):
            return
        left, right = (self.column(side, level, inner) for side in condition.args)
        if left and right:
            self.equate(left, right)
        for column, side in ((left, condition.args[1]), (right, condition.args[0])):
            if column and (value := given(side)):
                self.given[self.first(column)].add((value, scope(level)))

    def column(self, expression: Any, level: Level, inner: Level | None = None) -> Column | None:
        """The column of a table that an expression is; None where it is something else."""
        found = bare(expression)
        if found is not None and found.kind == "PARAM" and found.paramkind == OF_SUBLINK and inner is not None:
            return self.column(inner.query.targetList[found.paramid - 1].expr, inner)
        if found is None or found.kind != "VAR":
            return None
        home = level.above(found.varlevelsup)
        entry = home.range[found.varno - 1]
        if entry.rtekind == RELATION:
            return id(home), found.varno, found.varattno
        if entry.rtekind in {JOIN, GROUP}:
            return self.column((entry.joinaliasvars if entry.rtekind == JOIN else entry.groupexprs)[found.varattno - 1], home)
        part = home.parts.get(found.varno)
        return self.of_part(part, found.varattno) if part else None

    def of_part(self, part: Level, place: int) -> Column | None:
        """The same of a column of a query in FROM; none where it holds back rows."""
        if part.query.limitCount or part.query.limitOffset:
            return None
        if part.query.setOperations:
            return id(part), 0, place
        return self.column(next(one.expr for one in part.query.targetList if one.resno == place), part)

    def key(self, unit: Unit) -> Column:
        """What the column that a table is spread by is equal to."""
        level, number = unit
        table = level.table(number)
        assert table is not None
        assert table.column is not None
        return self.first((id(level), number, table.column))

    def together(self, units: list[Unit]) -> bool:
        """Whether these lie beside each other and are joined by what they are spread by."""
        return len({(self.key(unit), group(unit)) for unit in units}) <= 1

    def one_shard(self, units: list[Unit]) -> bool:
        """Whether all of these are asked for one and the same value."""
        values = [{value for value, where in self.given[self.key(unit)] if where in set(unit[0].around())} for unit in units]
        return len({group(unit) for unit in units}) == 1 and bool(set.intersection(*values))


def group(unit: Unit) -> str:
    """The group of a spread table."""
    table = unit[0].table(unit[1])
    assert table is not None
    assert table.group is not None
    return table.group


def scope(level: Level) -> Level:
    """How far up a given value holds: out of FROM and out of what is joined, not out of an expression that may be false."""
    while level.inside is not None and (level in level.inside.parts.values() or is_joined(level)):
        level = level.inside
    return level


def is_joined(level: Level) -> bool:
    """Whether this is an IN or EXISTS that must hold."""
    assert level.inside is not None
    return any(inner is level and link in set(joined_links(level.inside.query)) for link, inner in level.inside.links)


def joined_links(query: Node) -> Iterator[Node]:
    """IN and EXISTS that must hold, which PostgreSQL makes joins of."""
    for condition in conditions(query):
        if isinstance(condition, Node) and condition.kind == "SUBLINK" and condition.subLinkType in {EXISTS, ANY}:
            yield condition


def conditions(query: Node) -> Iterator[Any]:
    """What must hold: of WHERE, and of every ON."""
    if query.jointree is None:
        return
    yield from conjuncts(query.jointree.quals)
    for join in within(query.jointree.fromlist, "JOINEXPR", past=("SUBLINK",)):
        yield from conjuncts(join.quals)


def conjuncts(condition: Any) -> Iterator[Any]:
    """The parts of an AND."""
    if isinstance(condition, Node) and condition.kind == "BOOLEXPR" and condition.boolop == "and":
        for part in condition.args:
            yield from conjuncts(part)
    elif isinstance(condition, list):
        for part in condition:
            yield from conjuncts(part)
    elif condition is not None:
        yield condition


def bare(expression: Any) -> Node | None:
    """An expression without a change of its type."""
    while isinstance(expression, Node) and expression.kind == "RELABELTYPE":
        expression = expression.arg
    return expression if isinstance(expression, Node) else None


def given(expression: Any) -> str | None:
    """The name of a value that comes with the statement or stands in it."""
    found = bare(expression)
    if found is not None and found.kind == "PARAM" and found.paramkind == GIVEN:
        return f"${found.paramid}"
    if found is not None and found.kind == "CONST" and not found.constisnull:
        return str(found.constvalue)
    return given(found.arg) if found is not None and found.kind == "COERCEVIAIO" else None
