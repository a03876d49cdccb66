"""Reads a DMN file into decisions that can be evaluated, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from lxml import etree

from engine.decisions import syntax as s
from engine.decisions.check_logic import check_expression, check_table
from engine.decisions.compile_expression import Function
from engine.decisions.coverage import check_coverage
from engine.decisions.declared_names import declared_names, own_variable, variable_name
from engine.decisions.declared_types import Types
from engine.decisions.expressions import LiteralExpression
from engine.decisions.graph import Requirement, build_order, check_targets, requirements
from engine.decisions.grid import build_grid
from engine.decisions.model import Decision, Logic, Output, ParsedDecisions, bare
from engine.decisions.names import free_names, logic_names
from engine.decisions.overlap import check_overlap
from engine.decisions.read_column import Fallback
from engine.decisions.read_table import Context, read_table
from engine.decisions.read_text import Reader
from engine.decisions.scope import Resolver, Run
from engine.decisions.values import Kind
from engine.decisions.xml_source import Report, child, children, descendants, line_of, read_definitions, text_of

MAX_DECISIONS = 200
MAX_WRITTEN = 400_000
"""Characters that all cells and expressions of a file may have together."""
MAX_HEIGHT = 120
"""Levels of nesting that one evaluation may reach, through all decisions and functions that it uses."""
_NAMED = ("inputData", "decision", "businessKnowledgeModel", "variable", "itemComponent", "formalParameter", "output")
_FOREIGN_LOGIC = (
    "invocation",
    "context",
    "relation",
    "list",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)


def parse_decisions(data: bytes, file: str) -> ParsedDecisions:
    """Read the bytes of a DMN file; `file` is its name for findings. Never raises for what is in the bytes.

    DMN 1.1 to 1.6. A decision with an error that keeps it from being evaluated is missing from the result; one that can
    be evaluated is there even if the file must not be published: look at the problems of severity `error`.
    """
    report = Report(file)
    root = read_definitions(data, report)
    decisions = {} if root is None else _File(root, report).read()
    problems = sorted(report.problems, key=lambda item: (item.line or 0, item.severity, item.code, item.message))
    declared = None if root is None else {_key(item): line_of(item) for item in children(root, "decision")}
    return ParsedDecisions(MappingProxyType(decisions), tuple(dict.fromkeys(problems)), declared)


class _File:
    """Everything of one file while it is read."""

    def __init__(self, root: etree._Element, report: Report) -> None:
        self.root = root
        self.report = report
        self.names = declared_names(root)
        self.types = Types(root, self.names, report)
        self.kinds: dict[str, Kind | None] = {}
        self.functions: dict[str, Function] = {}
        self.decisions: dict[str, Decision] = {}
        self.heights: dict[str, int] = {}

    def read(self) -> dict[str, Decision]:
        """Return the decisions that can be evaluated, by id, in the order of the file."""
        for element in children(self.root, "import"):
            self.report.error(
                "unsupported-import",
                element,
                "The file imports another model.",
                "Copy what is needed into this file.",
            )
        written = sum(len(str(part)) for item in descendants(self.root, "text") for part in item.itertext())
        if written > MAX_WRITTEN:
            self.report.error(
                "dmn-too-large",
                self.root,
                f"The cells and expressions of the file have {written} characters; at most {MAX_WRITTEN} are read.",
                "Split the file.",
            )
            return {}
        self._read_language()
        elements = self._elements("decision")
        if not elements:
            self.report.error("dmn-empty", self.root, "The file holds no decision.", "Add a decision table.")
        if len(elements) > MAX_DECISIONS:
            self.report.error(
                "dmn-too-large",
                self.root,
                f"The file holds {len(elements)} decisions; at most {MAX_DECISIONS} are read.",
                "Split the file.",
            )
            return {}
        models = self._elements("businessKnowledgeModel")
        inputs = self._elements("inputData")
        for element in inputs.values():
            self._declare(element)
        for element in elements.values():
            self._declare(element)
        namespace = self.root.get("namespace") or ""
        needed = {key: requirements(item, namespace, self.report) for key, item in {**elements, **models}.items()}
        check_targets(needed, [*elements, *models, *inputs], self.report)
        for key in build_order(models, needed, self.report):
            self._read_model(key, models[key], needed[key])
        for key in build_order(elements, needed, self.report):
            self._read_decision(key, elements[key], needed[key])
        return {key: self.decisions[key] for key in elements if key in self.decisions}

    def _read_language(self) -> None:
        Reader(self.report, (), {}).speaks_feel(self.root, "The file")

    def _elements(self, name: str) -> dict[str, etree._Element]:
        found: dict[str, etree._Element] = {}
        for element in children(self.root, name):
            key = _key(element)
            if not key:
                self.report.error("element-without-id", element, f"A {name} has no id.", "Give it an id.")
            elif key in found:
                self.report.error(
                    "duplicate-id", element, f"The id `{key}` is used twice.", "Give each element an id of its own."
                )
            else:
                found[key] = element
        return found

    def _declare(self, element: etree._Element) -> None:
        variable = child(element, "variable")
        type_ref = None if variable is None else variable.get("typeRef")
        kind = None if variable is None or not type_ref else self.types.resolve(type_ref, variable).type.kind
        self.kinds[variable_name(element)] = kind

    def _read_model(self, key: str, element: etree._Element, needed: list[Requirement]) -> None:
        logic = child(element, "encapsulatedLogic")
        body = None if logic is None else child(logic, "literalExpression")
        name = variable_name(element)
        if logic is None or body is None:
            self.report.error(
                "unsupported-logic",
                element,
                f"The function {name!r} is not a FEEL expression.",
                "Write its body as a literal expression.",
            )
            return
        parameters = tuple(item.get("name", "") for item in children(logic, "formalParameter"))
        visible = self._visible_functions(needed)
        found = Reader(self.report, self.names, visible).expression(body, f"The function {name!r}")
        if found is None:
            return
        node, compute = found
        for missing in sorted(free_names(node) - set(parameters)):
            self.report.error(
                "unknown-name",
                body,
                f"The function {name!r} uses {missing!r}, which is none of its parameters.",
                "Add it as a parameter.",
            )
        check_expression(body, node, {}, None, f"The function {name!r}", self.report)
        height = s.height(node) + max((item.height for item in visible.values()), default=0) + 2
        self.functions[key] = Function(name, parameters, compute, height)

    def _read_decision(self, key: str, element: etree._Element, needed: list[Requirement]) -> None:
        targets = [arrow.target for arrow in needed]
        used = [self.decisions[target] for target in targets if target in self.decisions]
        if any(child_id in self._all_decisions() and child_id not in self.decisions for child_id in targets):
            # What it needs has been reported already; evaluating without it would give another answer.
            return
        name = (element.get("name") or key).strip()
        functions = self._visible_functions(needed)
        context = Context(
            report=self.report,
            types=self.types,
            names=self.names,
            kinds=self.kinds,
            functions=functions,
            required=MappingProxyType({item.variable: _resolver(item) for item in used}),
        )
        logic = self._read_logic(element, key, name, context)
        if logic is None:
            return
        height = _height(logic) + max(
            (*(self.heights[item.id] for item in used), *(item.height for item in functions.values())), default=0
        )
        if height > MAX_HEIGHT:
            self.report.error(
                "requirement-too-deep",
                element,
                f"The decision {name!r} is nested {height} levels deep with all that it requires.",
                f"Keep it within {MAX_HEIGHT} levels: shorten its expressions or the chain of decisions.",
            )
            return
        self.heights[key] = height
        own = logic_names(logic) - {item.variable for item in used}
        self.decisions[key] = Decision(
            id=key,
            name=name,
            file=self.report.file,
            line=line_of(element),
            variable=variable_name(element),
            logic=logic,
            requires=tuple(item.name for item in used),
            names=frozenset(own.union(*(item.names for item in used))),
        )

    def _read_logic(self, element: etree._Element, key: str, name: str, context: Context) -> Logic | None:
        table = child(element, "decisionTable")
        if table is not None:
            fallback = Fallback(own_variable(element), name, _result_type(element))
            read = read_table(table, decision_id=key, fallback=fallback, context=context)
            if read is None:
                return None
            check_table(*read, context)
            grid = build_grid(read[0])
            check_overlap(grid, *read, self.report)
            check_coverage(grid, *read, self.report)
            return read[0]
        body = child(element, "literalExpression")
        if body is not None:
            return self._read_expression(element, body, name, context)
        foreign = child(element, *_FOREIGN_LOGIC)
        what = "has no logic" if foreign is None else f"is a boxed {etree.QName(foreign).localname}"
        self.report.error(
            "unsupported-logic",
            element,
            f"The decision {name!r} {what}.",
            "Write it as a decision table or as a literal expression.",
        )
        return None

    def _read_expression(
        self, element: etree._Element, body: etree._Element, name: str, context: Context
    ) -> Logic | None:
        where = f"The decision {name!r}"
        found = Reader(self.report, self.names, context.functions).expression(body, where)
        if found is None:
            return None
        variable = child(element, "variable")
        declared = self.types.resolve(
            body.get("typeRef") or (None if variable is None else variable.get("typeRef")), body
        )
        check_expression(body, found[0], self.kinds, declared.type, where, self.report)
        output = Output(None, line_of(body), variable_name(element), declared.type, declared.allowed, None)
        return LiteralExpression(text_of(body), *found, (output,), context.required)

    def _visible_functions(self, needed: list[Requirement]) -> dict[str, Function]:
        found = [self.functions[arrow.target] for arrow in needed if arrow.target in self.functions]
        return {item.name: item for item in found}

    def _all_decisions(self) -> set[str]:
        return {_key(item) for item in children(self.root, "decision")}


def _key(element: etree._Element) -> str:
    return element.get("id") or element.get("name") or ""


def _resolver(decision: Decision) -> Resolver:
    single = len(decision.outputs) == 1
    decide: Callable[[Run], Any] = decision.logic.decide

    def resolve(run: Run) -> Any:
        if decision.id not in run.results:
            run.spend(1)
            run.results[decision.id] = bare(decide(run), single=single)
        return run.results[decision.id]

    return resolve


def _result_type(element: etree._Element) -> str | None:
    """Return the type of a table's result where it is that of its one output: not a list, not a count."""
    table, variable = child(element, "decisionTable"), child(element, "variable")
    if table is None or table.get("hitPolicy") in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
        return None
    return table.get("typeRef") or (None if variable is None else variable.get("typeRef"))


def _height(logic: Logic) -> int:
    nodes = [column.node for column in logic.inputs]
    for rule in logic.rules:
        nodes += [*rule.cell_nodes, *rule.output_nodes]
    if isinstance(logic, LiteralExpression):
        nodes.append(logic.node)
    return max((s.height(node) for node in nodes), default=0) + 4
