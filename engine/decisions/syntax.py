"""The parts of a FEEL expression after parsing. Plain immutable nodes; what they mean is in `compile_expression.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Operator = Literal["<", "<=", ">", ">=", "=", "!="]


@dataclass(frozen=True)
class Node:
    """Any part of an expression."""

    def children(self) -> tuple[Node, ...]:
        """Return the parts directly inside, in the order they stand in the text."""
        return ()


@dataclass(frozen=True)
class Constant(Node):
    """A value that is known when the text is read: a number, a string, `true`, `null`, a date."""

    value: Any


@dataclass(frozen=True)
class Name(Node):
    """A fact, a required decision, or a name bound by `for`, `some`, `every`, a context or a parameter."""

    name: str


@dataclass(frozen=True)
class Subject(Node):
    """`?`: the value of the input whose column the cell stands in."""


@dataclass(frozen=True)
class Path(Node):
    """`refund.amount`: an entry of a context, or a part of a date."""

    source: Node
    entry: str

    def children(self) -> tuple[Node, ...]:
        """Return the source."""
        return (self.source,)


@dataclass(frozen=True)
class Filter(Node):
    """`list[1]` or `list[item > 5]`."""

    source: Node
    condition: Node

    def children(self) -> tuple[Node, ...]:
        """Return the list and the condition."""
        return (self.source, self.condition)


@dataclass(frozen=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """Return the items."""
        return self.items


@dataclass(frozen=True)
class ContextOf(Node):
    """`{a: 1, b: a + 1}`: later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]

    def children(self) -> tuple[Node, ...]:
        """Return the values of the entries."""
        return tuple(value for _, value in self.entries)


@dataclass(frozen=True)
class RangeOf(Node):
    """`[1..5]`, `(1..5)`, `]1..5[`."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool

    def children(self) -> tuple[Node, ...]:
        """Return the two ends."""
        return (self.low, self.high)


@dataclass(frozen=True)
class Compare(Node):
    """`a < b`; several comparisons in a row (`1 < ? < 5`) are read as all of them at once."""

    operator: Operator
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        """Return both sides."""
        return (self.left, self.right)


@dataclass(frozen=True)
class OperatorTest(Node):
    """`< 5` standing alone in a cell or after `in`."""

    operator: Operator
    operand: Node

    def children(self) -> tuple[Node, ...]:
        """Return the operand."""
        return (self.operand,)


@dataclass(frozen=True)
class TestList(Node):
    """`(< 5, > 10)` after `in`: one of the tests must hold."""

    tests: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """Return the tests."""
        return self.tests


@dataclass(frozen=True)
class In(Node):
    """`value in test`."""

    value: Node
    test: Node

    def children(self) -> tuple[Node, ...]:
        """Return the value and the test."""
        return (self.value, self.test)


@dataclass(frozen=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node

    def children(self) -> tuple[Node, ...]:
        """Return the value and the two ends."""
        return (self.value, self.low, self.high)


@dataclass(frozen=True)
class Arithmetic(Node):
    """`a + b` and the other four."""

    operator: Literal["+", "-", "*", "/", "**"]
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        """Return both sides."""
        return (self.left, self.right)


@dataclass(frozen=True)
class Negate(Node):
    """`-a`; binds tighter than `**` (DMN 1.5, grammar rule 4)."""

    operand: Node

    def children(self) -> tuple[Node, ...]:
        """Return the operand."""
        return (self.operand,)


@dataclass(frozen=True)
class And(Node):
    """`a and b and c`, three-valued. `chained` says that it was written `1 < ? < 5`."""

    items: tuple[Node, ...]
    chained: bool = False

    def children(self) -> tuple[Node, ...]:
        """Return the claims."""
        return self.items


@dataclass(frozen=True)
class Or(Node):
    """`a or b or c`, three-valued."""

    items: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """Return the claims."""
        return self.items


@dataclass(frozen=True)
class Not(Node):
    """`not(...)`: as a whole cell it negates the tests inside, elsewhere it is the function `not`."""

    items: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        """Return what is negated."""
        return self.items


@dataclass(frozen=True)
class If(Node):
    """`if a then b else c`; anything but true takes the else branch."""

    condition: Node
    then: Node
    otherwise: Node

    def children(self) -> tuple[Node, ...]:
        """Return condition and branches."""
        return (self.condition, self.then, self.otherwise)


@dataclass(frozen=True)
class Loop(Node):
    """One `name in list` or `name in 1..5` of `for`, `some` and `every`."""

    name: str
    source: Node
    until: Node | None

    def children(self) -> tuple[Node, ...]:
        """Return the list, or the two ends of the numbers to count through."""
        return (self.source,) if self.until is None else (self.source, self.until)


@dataclass(frozen=True)
class Iterate(Node):
    """`for x in list return e`, `some x in list satisfies e`, `every x in list satisfies e`."""

    mode: Literal["for", "some", "every"]
    loops: tuple[Loop, ...]
    body: Node

    def children(self) -> tuple[Node, ...]:
        """Return the loops and the body."""
        return (*self.loops, self.body)


@dataclass(frozen=True)
class Call(Node):
    """`sum(a, b)` or `substring(string: s, start position: 2)`; exactly one of the two is filled."""

    function: str
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...] = ()

    def children(self) -> tuple[Node, ...]:
        """Return the arguments."""
        return self.arguments or tuple(value for _, value in self.named)


@dataclass(frozen=True)
class Anything(Node):
    """`-`, or an empty cell: matches whatever the input is, null included."""


@dataclass(frozen=True)
class Cell(Node):
    """The tests of an input cell: one of them must hold, or none where the cell is negated."""

    tests: tuple[Node, ...]
    negated: bool = False

    def children(self) -> tuple[Node, ...]:
        """Return the tests."""
        return self.tests


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield the node and everything inside it with its depth (the node itself has 1); never recursive."""
    pending: list[tuple[Node, int]] = [(node, 1)]
    while pending:
        current, depth = pending.pop()
        yield current, depth
        pending.extend((child, depth + 1) for child in current.children())


def height(node: Node) -> int:
    """Return how deep the expression is nested."""
    return max(depth for _, depth in walk(node))


def mentions_subject(node: Node) -> bool:
    """Return whether `?` stands anywhere in the expression."""
    return any(isinstance(part, Subject) for part, _ in walk(node))
