"""Steps of people: somebody gets them, with a form, and knows what they are about."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from lxml import etree

from engine.model.elements import FORM
from engine.publication.bundle import Bundle
from engine.publication.diagram import Node
from engine.publication.names import HUMAN, bpmn, text_of, words
from engine.publication.registry import Finding, Severity, rule
from forms.file_names import SCHEMA_SUFFIX, UI_SUFFIX


def _human(bundle: Bundle) -> Iterator[Node]:
    for _, node in bundle.nodes():
        if node.tag in HUMAN:
            yield node


def lane_of(node: Node) -> etree._Element | None:
    """Return the named lane a step stands in, or else that of the subprocess around it."""
    found: Node | None = node
    while found is not None:
        if found.lanes and (found.lanes[-1].get("name") or "").strip():
            return found.lanes[-1]
        found = found.scope.parent
    return None


def _team(node: Node) -> str:
    lane = lane_of(node)
    return node.properties.get("team") or (lane.get("name") or "" if lane is not None else "")


def _stern(bundle: Bundle) -> Severity:
    return "error" if bundle.context.mode == "bundle" and not bundle.context.default_team else "warning"


@rule(
    "task-without-team",
    "error",
    "A step of a person stands in no lane and names no team: it would reach nobody.",
    "Draw it into a lane, or set its property team or assign.",
)
def task_without_team(bundle: Bundle) -> Iterator[Finding]:
    default = bundle.context.default_team
    for node in _human(bundle):
        if not _team(node).strip() and not node.properties.get("assign"):
            goes = f"it goes to the team {default}" if default else "it would reach nobody"
            yield Finding(
                node.element,
                f"The {words(node.element)} stands in no named lane: {goes}.",
                "Draw it into a lane with the name of a team, or set its property team or assign.",
                severity=_stern(bundle),
            )


@rule(
    "task-without-form",
    "error",
    "A user task has no form, so the person could not enter anything.",
    "Set its property formJsonSchemaFilename.",
)
def task_without_form(bundle: Bundle) -> Iterator[Finding]:
    for node in _human(bundle):
        if node.tag == "userTask" and not node.properties.get(FORM):
            yield Finding(
                node.element,
                f"The {words(node.element)} has no form.",
                "Set its property formJsonSchemaFilename to a form of the process.",
                severity=_stern(bundle),
            )


@rule(
    "form-missing",
    "error",
    "A user task names a form that is not in the bundle.",
    "Add the form, or correct its name.",
)
def form_missing(bundle: Bundle) -> Iterator[Finding]:
    forms = bundle.context.forms
    users: dict[str, list[Node]] = {}
    for node in _human(bundle) if forms is not None else ():
        for name, suffix in ((FORM, SCHEMA_SUFFIX), ("formUiSchemaFilename", UI_SUFFIX)):
            file = node.properties.get(name)
            if file and not (file in (forms or ()) and file.endswith(suffix)):
                users.setdefault(re.sub(r"(\.schema|\.ui)?(\.json)?$", "", file), []).append(node)
    for form, nodes in users.items():
        steps = list(dict.fromkeys(nodes))
        others = f", and so do {len(steps) - 1} other steps" if len(steps) > 1 else ""
        close = difflib.get_close_matches(form, {name.split(".")[0] for name in forms or ()}, n=1, cutoff=0.75)
        yield Finding(
            steps[0].element,
            f"The form {form} is not in the bundle; the {words(steps[0].element)} names it{others}.",
            f"Add {form}.schema.json and {form}.ui.json"
            + (f", or write {close[0]}." if close else ", or correct the name."),
        )


@rule(
    "team-unknown",
    "error",
    "A lane or a property names a team that does not exist.",
    "Use the code of a team, or add the team to posts.toml.",
)
def team_unknown(bundle: Bundle) -> Iterator[Finding]:
    severity: Severity = "error" if bundle.context.mode == "bundle" else "warning"
    teams = bundle.context.known_teams
    if teams is None:
        return
    advice = f"Use one of: {', '.join(sorted(teams))}; or add the team to posts.toml."
    seen: set[etree._Element] = set()
    for node in _human(bundle):
        own = node.properties.get("team")
        lane = lane_of(node)
        if own:
            if own not in teams:
                message = f"The {words(node.element)} names the team {own}, which does not exist."
                yield Finding(node.element, message, advice, severity=severity)
        elif lane is not None and lane not in seen and (lane.get("name") or "").strip():
            seen.add(lane)
            if lane.get("name") not in teams:
                message = f"The lane {lane.get('name')} is no team that exists."
                yield Finding(lane, message, advice, severity=severity)


@rule(
    "assign-unknown",
    "error",
    "A step is assigned to something that is neither the case owner, a post nor a fact.",
    "Write owner, post:<code> or fact:<name>.",
)
def assign_unknown(bundle: Bundle) -> Iterator[Finding]:
    context = bundle.context
    for node in _human(bundle):
        assign = node.properties.get("assign")
        if not assign or assign == "owner":
            continue
        kind, _, name = assign.partition(":")
        known = {"post": context.known_posts, "fact": context.known_facts}.get(kind, ())
        if not name or (known is not None and name not in known):
            yield Finding(
                node.element,
                f"The {words(node.element)} is assigned to {assign}, which does not exist.",
                "Write owner, post:<code of a post> or fact:<fact that names a post>.",
            )


@rule(
    "exclude-unknown",
    "error",
    "A step excludes whoever did another step, but names none that exists.",
    "Write the ids of the steps, with commas.",
)
def exclude_unknown(bundle: Bundle) -> Iterator[Finding]:
    ids = {node.id for _, process in bundle.processes() for node in process.scope.all_nodes()}
    for node in _human(bundle) if bundle.diagrams_whole else ():
        for name in (*_listed(node, "exclude"), *_listed(node, "apart_from")):
            if name not in ids:
                yield Finding(
                    node.element,
                    f"The {words(node.element)} excludes whoever did {name}, but there is no such step.",
                    "Write the ids of the steps, with commas between them.",
                )


def _listed(node: Node, name: str) -> list[str]:
    return [part.strip() for part in node.properties.get(name, "").split(",") if part.strip()]


@rule(
    "task-without-name",
    "warning",
    "A step of a person has no name, so nobody sees what it is about.",
    "Give it a name: a verb and what it is done to.",
)
def task_without_name(bundle: Bundle) -> Iterator[Finding]:
    for node in _human(bundle):
        if not (node.element.get("name") or "").strip():
            yield Finding(
                node.element, f"The {words(node.element)} has no name, so nobody sees in the inbox what it is about."
            )


@rule(
    "in-two-lanes",
    "warning",
    "A step stands in two lanes; the last one counts.",
    "Draw it again into the lane that is meant.",
)
def in_two_lanes(bundle: Bundle) -> Iterator[Finding]:
    for node in _human(bundle):
        separate = [lane for lane in node.lanes if not any(lane in other.iterancestors() for other in node.lanes)]
        if len(separate) > 1:
            named = " and ".join(lane.get("name") or "without a name" for lane in separate)
            yield Finding(node.element, f"The {words(node.element)} stands in the lanes {named}; the last one counts.")


@rule(
    "lane-lists-unknown",
    "warning",
    "A lane lists a step that does not exist.",
    "Open and save the diagram in the editor.",
)
def lane_lists_unknown(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        ids = {node.id for process in document.processes for node in process.scope.all_nodes()}
        for lane in document.root.iter(bpmn("lane")):
            listed = [text_of(found).strip() for found in lane.iterchildren(bpmn("flowNodeRef"))]
            unknown = [name for name in listed if name not in ids]
            if unknown:
                yield Finding(
                    lane,
                    f"The lane {lane.get('name') or lane.get('id')} lists {', '.join(unknown[:3])}"
                    f"{' and more' if len(unknown) > 3 else ''}, which no step is called.",
                    "Open and save the diagram in the editor, so that the lane lists its steps again.",
                )
