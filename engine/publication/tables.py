"""The decision tables beside the diagrams: read by `engine.decisions`, so that diagrams can refer to them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.problem import Problem
from engine.publication.bundle import Bundle
from engine.publication.texts import names_set


def read_tables(files: Mapping[str, bytes], bundle: Bundle) -> list[Problem]:
    """Read every `.dmn` file into the bundle and return what is wrong with it; reads nothing where there is none."""
    names = [name for name in sorted(files) if name.lower().endswith(".dmn")]
    if not names:
        return []
    from engine.decisions import check_names, parse_decisions  # only for tables: the reader of FEEL is costly to load

    problems: list[Problem] = []
    facts = bundle.context.known_facts
    known = {*(facts or ()), *bundle.context.known_data, *names_set(bundle)}
    for name in names:
        parsed = parse_decisions(files[name], name)
        problems += parsed.problems
        for id_, decision in parsed.decisions.items():
            bundle.decisions.setdefault(id_, []).append((name, decision.line))
            bundle.outputs.update(output.name for output in decision.outputs)
            problems += check_names(decision, known) if facts is not None else ()
        # A decision with an error is there all the same: one finding about it is enough.
        for problem in parsed.problems:
            if problem.severity == "error" and problem.element is not None:
                bundle.broken.add(problem.element)
    return problems
