"""Which facts a decision reads, and which of them nobody provides."""

from __future__ import annotations

from collections.abc import Collection

from engine.decisions import syntax as s
from engine.decisions.expressions import LiteralExpression
from engine.decisions.model import Decision, Logic
from engine.model.problem import Problem


def free_names(node: s.Node) -> frozenset[str]:
    """Return the names that an expression takes from outside: not those of its loops, contexts and filters."""
    found: set[str] = set()
    pending: list[tuple[s.Node, frozenset[str]]] = [(node, frozenset())]
    while pending:
        part, bound = pending.pop()
        if isinstance(part, s.Name):
            if part.name not in bound:
                found.add(part.name)
        elif isinstance(part, s.Iterate):
            for loop in part.loops:
                pending += [(child, bound) for child in loop.children()]
                bound |= {loop.name}
            pending.append((part.body, bound))
        elif isinstance(part, s.ContextOf):
            for key, value in part.entries:
                pending.append((value, bound))
                bound |= {key}
        elif isinstance(part, s.Filter):
            pending.append((part.source, bound))
            # In a filter a name may be an entry of the item, which only the facts can tell.
            inside = frozenset(name.name for name, _ in s.walk(part.condition) if isinstance(name, s.Name))
            pending.append((part.condition, bound | inside))
        else:
            pending += [(child, bound) for child in part.children()]
    return frozenset(found)


def logic_names(logic: Logic) -> frozenset[str]:
    """Return the names that a table or expression takes from outside."""
    nodes: list[s.Node] = [column.node for column in logic.inputs]
    nodes += [column.default_node for column in logic.outputs if column.default_node is not None]
    for rule in logic.rules:
        nodes += [*rule.cell_nodes, *rule.output_nodes]
    if isinstance(logic, LiteralExpression):
        nodes.append(logic.node)
    return frozenset().union(*(free_names(node) for node in nodes))


def check_names(decision: Decision, known: Collection[str]) -> list[Problem]:
    """Return an error for every fact that the decision reads and that is not among the known ones, in order of name."""
    names = set(known)
    return [
        Problem(
            file=decision.file,
            line=_line(decision, name),
            severity="error",
            code="unknown-name",
            element=decision.id,
            name=decision.name,
            message=f"The decision {decision.name!r} reads {name!r}, which is no fact of the case.",
            advice="Correct the name, write text in double quotes, or add the fact.",
        )
        for name in sorted(decision.names - names)
    ]


def _line(decision: Decision, name: str) -> int | None:
    for column in decision.inputs:
        if name in free_names(column.node):
            return column.line
    for rule in decision.rules:
        if any(name in free_names(node) for node in (*rule.cell_nodes, *rule.output_nodes)):
            return rule.line
    return decision.line
