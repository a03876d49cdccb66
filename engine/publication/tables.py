"""The decision tables beside the diagrams: read by `engine.decisions`, so that diagrams can refer to them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.problem import Problem
from engine.publication.bundle import Bundle


def read_tables(files: Mapping[str, bytes], bundle: Bundle) -> list[Problem]:
    """Read every `.dmn` file into the bundle and return what is wrong with it; reads nothing where there is none."""
    names = [name for name in sorted(files) if name.lower().endswith(".dmn")]
    if not names:
        return []
    from engine.decisions import check_names, parse_decisions  # only for tables: the reader of FEEL is costly to load

    problems: list[Problem] = []
    facts = bundle.context.known_facts
    for name in names:
        parsed = parse_decisions(files[name], name)
        problems += parsed.problems
        if parsed.declared is None:
            bundle.unread.add(name)
            continue
        # A decision with an error is there all the same: one finding about it is enough.
        for id_, line in parsed.declared.items():
            bundle.decisions.setdefault(id_, []).append((name, line))
        for id_, decision in parsed.decisions.items():
            bundle.tables.setdefault(id_, decision)
            problems += check_names(decision, facts) if facts is not None else ()
    return problems
