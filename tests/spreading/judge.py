"""What Citus would say of a statement, by the rules of its documentation and of its planner.

No Citus has run this. The rules are those of "SQL Support and Workarounds" in its documentation (14.0), of its developers' description
of the planner (`src/backend/distributed/README.md`), and of the refusals in its source, whose words stand beside each rule in `RULES`.
A statement for one shard may do what it likes. Of others, whatever stands alone and needs more than one shard becomes an intermediate
result first ("recursive planning"); what looks at the query around it must lie beside it.

Not judged: how long it takes, how much is sent from server to server, what functions of the database do inside, but for those that
`test_functions.py` names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.spreading.levels import (
    DELETE,
    FULL,
    FUNCTION,
    INNER,
    INSERT,
    LEFT,
    OWN_OBJECTS,
    RIGHT,
    SELECT,
    SUBQUERY,
    UPDATE,
    Catalogue,
    Equality,
    Level,
    Table,
    Unit,
    bare,
)
from tests.spreading.trees import Node, within

# In the words of Citus, where it has any.
RULES = {
    "join": "complex joins are only supported when all distributed tables are co-located and joined on their distribution columns",
    "lock": "could not run distributed query with FOR UPDATE/SHARE commands",
    "recursion": "recursive CTEs are not supported in distributed queries",
    "inner_with": "CTEs that refer to other subqueries are not supported in multi-shard queries",
    "grouping_sets": "could not run distributed query with GROUPING SETS, CUBE, or ROLLUP",
    "sample": "could not run distributed query which use TABLESAMPLE",
    "recurring_from": "correlated subqueries are not supported when the FROM clause contains a reference table (CTE, function)",
    "after_aggregate": "Subqueries in the SELECT part can only be pushed down if they happen before aggregates and window functions",
    "having": "Subqueries in HAVING cannot refer to outer query",
    "lateral": "Limit clause (group by, aggregate) is unsupported when a lateral subquery references a column from a reference table",
    "lateral_outer": "cannot perform a lateral outer join when a distributed subquery references a reference table",
    "union": "cannot push down this subquery: a UNION whose sides do not all have the distribution column, or INTERSECT, or EXCEPT",
    "function": "Only immutable functions can be used as a table expressions in a multi-shard query",
    "insert_subquery": "subqueries are not supported within INSERT queries",
    "insert_key": "cannot perform an INSERT without a partition column value",
    "moved": "modifying the partition value of rows is not allowed",
    "volatile": "functions used in UPDATE queries on distributed tables must not be VOLATILE",
    "stable": "STABLE functions used in UPDATE queries cannot be called with column references",
    "returning": "non-IMMUTABLE functions are not allowed in the RETURNING clause",
    "on_conflict": "functions used in the DO UPDATE SET clause of INSERTs on distributed tables must be marked IMMUTABLE",
    "everywhere": "only reference tables may be queried when targeting a reference table with multi shard UPDATE/DELETE queries",
    "merge": "MERGE",
    # Citus carries these out; what they say is true of one server alone.
    "one_server": "numbers of transactions, snapshots and places of rows are each server's own",
}
OF_ONE_SERVER = {"pg_current_snapshot", "pg_current_xact_id", "pg_current_wal_lsn"}
MERGE = 5


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that a statement breaks, and at which tables."""

    rule: str
    tables: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule} ({', '.join(self.tables)})" if self.tables else self.rule


def judge(query: Node, catalogue: Catalogue) -> list[Finding]:
    """What a spread database refuses in a statement; nothing where it carries it out."""
    top = Level(query, catalogue)
    return sorted(Judgement(top, Equality(top)).whole())


@dataclass
class Judgement:
    """One statement under judgement: whatever became an intermediate result is marked in its levels."""

    top: Level
    equality: Equality
    found: set[Finding] = field(default_factory=set)

    def whole(self) -> set[Finding]:
        """Everything that is refused."""
        for level in self.top.all():
            self.of_one_server(level)
        self.plan(self.top)
        return self.found

    def of_one_server(self, level: Level) -> None:
        """What servers of shards say of themselves. The values of an INSERT are reckoned where the program connects to."""
        own = [level.query.fields[name] for name in level.query.fields if name not in {"rtable", "cteList"}]
        called = any(level.catalogue.functions.get(call.funcid) in OF_ONE_SERVER for call in within(own, "FUNCEXPR"))
        if called and level.in_from_spread():
            self.find("one_server", level.in_from_spread())
        for var in within(own, "VAR"):
            home = level.above(var.varlevelsup)
            table = home.table(var.varno) if var.varattno < 0 and var.varno <= len(home.range) else None
            if table and table.group:
                self.find("one_server", [(home, var.varno)])

    def find(self, rule: str, units: list[Unit]) -> None:
        """Take down that a rule is broken."""
        names = {table.name for level, number in units if (table := level.table(number))}
        self.found.add(Finding(rule, tuple(sorted(names))))

    def plan(self, level: Level) -> None:
        """A statement, or a part of one that stands alone; afterwards it is an intermediate result."""
        for cte in level.ctes.values():
            if cte.query.commandType != SELECT:
                self.plan(cte)
        if level.query.commandType != SELECT:
            self.write(level)
        elif (units := level.spread(withs=True)) and not self.equality.one_shard(units):
            self.reduce(level, top=True)
            self.settle(level)
        level.is_result = True

    def settle(self, level: Level) -> None:
        """What is left of a query over several shards must be one that every shard answers for itself."""
        units, query = level.spread(), level.query
        if not units:
            return
        if not self.equality.together(units):
            self.find("join", units)
        if query.rowMarks:
            self.find("lock", units)
        if query.groupingSets:
            self.find("grouping_sets", units)
        if any(entry.tablesample for entry in level.range):
            self.find("sample", units)
        summed = query.hasAggs or query.groupClause or (query.hasWindowFuncs and not self.by_key(level, partitions(query)))
        if summed and list(within([entry.expr for entry in query.targetList], "SUBLINK", past=("AGGREF",))):
            self.find("after_aggregate", units)

    def reduce(self, level: Level, *, top: bool = False) -> None:
        """Make intermediate results of what can be none of the shards' own, from the inside out (Citus's `recursive_planning.c`)."""
        self.withs(level)
        for part in [*level.parts.values(), *(inner for _, inner in level.linked())]:
            self.reduce(part)
            self.part(part)
        self.unions(level, top=top)
        self.over_recurring(level)
        self.apart(level)
        if level.query.jointree:
            for join in level.query.jointree.fromlist or ():
                self.outer(level, join)

    def withs(self, level: Level) -> None:
        """WITH that is no subquery: each is an intermediate result."""
        if level.ctes and level.query.hasRecursive:
            self.find("recursion", level.spread(withs=True))
        for cte in level.ctes.values():
            if cte.looks_out():
                self.find("inner_with", cte.spread(withs=True))
            elif not (level.query.hasRecursive or cte.is_result):
                self.plan(cte)
            cte.is_result = True

    def part(self, part: Level) -> None:
        """A query inside another: it stays where every shard can answer it, otherwise it becomes a result, if it can stand alone."""
        if part.is_result:
            return
        why = self.hindrance(part)
        if why is None or (why == "join" and part.looks_out()):
            return
        if part.looks_out():
            self.find(why, part.spread())
        self.plan_alone(part)

    def plan_alone(self, part: Level) -> None:
        """Make a result of a part; where it looks out of itself it was found fault with already."""
        if not part.looks_out():
            self.plan(part)
        part.is_result = True

    def hindrance(self, part: Level) -> str | None:
        """Why shards cannot answer a part for themselves; None where they can."""
        query = part.query
        reasons = {
            "function": any(not self.is_fixed(entry) for number, entry in enumerate(part.range, 1) if number in part.in_from),
            "recursion": bool(query.hasRecursive and query.cteList),
            "lock": bool(query.rowMarks),
            "grouping_sets": bool(query.groupingSets),
            "sample": any(entry.tablesample for entry in part.range),
            "union": bool(query.setOperations) and not self.is_safe_union(part),
            "recurring_from": bool(query.hasSubLinks) and not query.setOperations and not part.in_from_spread(),
            "join": not self.equality.together(part.spread()) or (not part.looks_out() and self.must_be_merged(part)),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def is_fixed(self, entry: Node) -> bool:
        """Whether a function in FROM says the same on every server; any other kind of entry does."""
        calls = within(entry.functions, "FUNCEXPR") if entry.rtekind == FUNCTION else ()
        return all(self.top.catalogue.volatility.get(call.funcid) == "i" for call in calls)

    def must_be_merged(self, part: Level) -> bool:
        """Whether the shards' answers must be put together before they are right."""
        query = part.query
        if not part.spread():
            return False
        plain = query.hasAggs or query.havingQual is not None
        return bool(
            query.limitCount
            or query.limitOffset
            or (plain and not query.groupClause)
            or (query.groupClause and not self.by_key(part, [query.groupClause]))
            or (query.distinctClause and not self.by_key(part, [query.distinctClause]))
            or (query.hasWindowFuncs and not self.by_key(part, partitions(query)))
        )

    def by_key(self, level: Level, lists: list[Any]) -> bool:
        """Whether each of these lists (of GROUP BY, DISTINCT, PARTITION BY) has the column that the tables are spread by."""
        keys = {self.equality.key(unit) for unit in level.in_from_spread()}
        entries = {entry.ressortgroupref: entry.expr for entry in level.query.targetList if entry.ressortgroupref}

        def has_key(clauses: Any) -> bool:
            columns = (self.equality.column(entries.get(clause.tleSortGroupRef), level) for clause in clauses or ())
            return any(column and self.equality.first(column) in keys for column in columns)

        return not keys or all(has_key(clauses) for clauses in lists)

    def is_safe_union(self, level: Level) -> bool:
        """Whether all sides of a UNION are of shards, with the column that they are spread by in the same place."""
        leaves = [level.parts.get(number) for number in level.in_from]
        plain = all(union.op == 1 for union in within(level.query.setOperations, "SETOPERATIONSTMT"))
        spread = all(leaf is not None and not leaf.is_result and leaf.in_from_spread() for leaf in leaves)
        return plain and spread and self.equality.together(level.spread())

    def unions(self, level: Level, *, top: bool) -> None:
        """Of a UNION that shards cannot answer each side becomes a result."""
        if level.query.setOperations and (top or not self.is_safe_union(level)):
            for leaf in level.living():
                if leaf.spread() and leaf.looks_out():
                    self.find("union", leaf.spread())
                if leaf.spread():
                    self.plan_alone(leaf)

    def over_recurring(self, level: Level) -> None:
        """Where FROM is the same on every shard, spread tables in expressions must stand alone; in HAVING everywhere."""
        recurs = not level.in_from_spread() and not level.query.setOperations
        having = set(within(level.query.havingQual, "SUBLINK"))
        for link, inner in level.linked():
            if inner.spread() and (recurs or link in having):
                if inner.looks_out():
                    self.find("having" if link in having else "recurring_from", inner.spread())
                self.plan_alone(inner)

    def apart(self, level: Level) -> None:
        """Where not all is joined by what it is spread by, parts become results until it is; tables do not."""
        if self.equality.together(level.spread()):
            return
        first = next(iter([*level.own(), *level.in_from_spread()]), None)
        for part in [*level.living(), *(inner for _, inner in level.linked())]:
            units = part.spread()
            if first and units and not self.equality.together([first, *units]) and not part.looks_out():
                self.plan_alone(part)

    def outer(self, level: Level, join: Node) -> None:
        """A join that keeps rows of what is the same on every shard: what it looks up becomes a result. So does a lateral look-up."""
        if join.kind != "JOINEXPR":
            self.lateral(level, join.rtindex)
            return
        self.outer(level, join.larg)
        if join.jointype == INNER or join.rarg.kind == "JOINEXPR":
            self.outer(level, join.rarg)
        sides = {LEFT: (join.larg, join.rarg), RIGHT: (join.rarg, join.larg)}
        for kept, other in [sides[join.jointype]] if join.jointype in sides else []:
            self.looked_up(level, numbers(kept), numbers(other))
        if join.jointype == FULL:
            self.looked_up(level, numbers(join.larg), numbers(join.rarg))
            self.looked_up(level, numbers(join.rarg), numbers(join.larg))

    def looked_up(self, level: Level, kept: list[int], other: list[int]) -> None:
        """The spread tables of one side become results, where the other side is the same on every shard."""
        if any(self.of(level, number) for number in kept):
            return
        for number in other:
            part = level.parts.get(number)
            if part and part.looks_out() and part.spread():
                self.find("lateral_outer", part.spread())
            elif part and part.spread():
                self.plan_alone(part)
            level.kept.add(number)

    def of(self, level: Level, number: int) -> list[Unit]:
        """The spread tables behind a name in FROM."""
        part = level.parts.get(number)
        if part is not None:
            return [] if number in level.kept or part.is_result else part.spread()
        return [unit for unit in level.own() if unit[1] == number]

    def lateral(self, level: Level, number: int) -> None:
        """A part in FROM that looks at its neighbours, all of which are the same on every shard, must not need putting together."""
        part, others = level.parts.get(number), level.in_from - {number}
        looks = part and not part.is_result and part.looked_at() & others and not any(self.of(level, other) for other in others)
        if part and looks and self.must_be_merged(part):
            self.find("lateral", part.spread())

    def write(self, level: Level) -> None:
        """INSERT, UPDATE, DELETE."""
        query = level.query
        target = level.table(query.resultRelation)
        assert target is not None
        unit = (level, query.resultRelation)
        if query.commandType == MERGE:
            self.find("merge", [unit])
        if target.group and self.changes_here(query.returningList, "sv"):
            self.find("returning", [unit])
        if query.commandType == INSERT:
            self.insert(level, target, unit)
        elif query.commandType in {UPDATE, DELETE}:
            self.change(level, target, unit)

    def insert(self, level: Level, target: Table, unit: Unit) -> None:
        """New rows: given, or selected."""
        query = level.query
        selected = [part for number, part in level.parts.items() if number in level.in_from and level.range[number - 1].rtekind == SUBQUERY]
        self.withs(level)
        for part in selected:
            self.plan(part)
        if not target.group:
            return
        given = [bare(entry.expr) for entry in query.targetList if entry.resno == target.column]
        if not any(value and not value.constisnull for value in given):
            self.find("insert_key", [unit])
        if level.links and not selected:
            self.find("insert_subquery", [unit])
        if query.onConflict and not selected and self.changes_here(query.onConflict.onConflictSet, "sv"):
            self.find("on_conflict", [unit])

    def change(self, level: Level, target: Table, unit: Unit) -> None:
        """Rows that become others, or none."""
        query = level.query
        if target.group:
            if query.commandType == UPDATE and any(entry.resno == target.column and not entry.resjunk for entry in query.targetList):
                self.find("moved", [unit])
            if self.changes_here([query.targetList, query.jointree], "v"):
                self.find("volatile", [unit])
            if any(list(within(call.args, "VAR")) for call in self.calls([query.targetList, query.jointree], "s")):
                self.find("stable", [unit])
        units = level.spread(withs=True)
        if not units or (target.group and self.equality.one_shard(units)):
            return
        self.reduce(level)
        if target.everywhere and level.spread():
            self.find("everywhere", [unit, *level.spread()])
        elif target.group:
            self.settle(level)

    def calls(self, expressions: Any, kinds: str) -> Iterator[Node]:
        """The calls of functions of these kinds: immutable, stable, volatile."""
        return (
            call
            for call in within(expressions, "FUNCEXPR", into=True)
            if self.top.catalogue.volatility.get(call.funcid, "v") in kinds and call.funcid < OWN_OBJECTS
        )

    def changes_here(self, expressions: Any, kinds: str) -> bool:
        """Whether such a function is called."""
        return any(True for _ in self.calls(expressions, kinds))


def partitions(query: Node) -> list[Any]:
    """What each window is parted by."""
    return [window.partitionClause for window in query.windowClause or ()]


def numbers(join: Node) -> list[int]:
    """The names in FROM under a join."""
    return [one.rtindex for one in within(join, "RANGETBLREF")]
