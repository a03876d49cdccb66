"""What other engines read and this one does not: settings that are ignored, behaviour that would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.publication.bundle import Bundle
from engine.publication.names import SUBPROCESSES, words
from engine.publication.registry import Finding, rule

_ENGINES: Final = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda",
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
}
_BEHAVIOUR: Final = {
    "executionListener": "listener",
    "taskListener": "listener",
    "connector": "connector",
    "inputOutput": "input and output mapping",
    "ioMapping": "input and output mapping",
    "taskDefinition": "job of a worker",
}
_DELEGATES: Final = frozenset(
    {"class", "delegateExpression", "expression", "type", "topic", "decisionRef", "collection"}
)
_HARMLESS: Final = frozenset({"historyTimeToLive", "versionTag", "isStartableInTasklist", "exclusive", "jobPriority"})


def _foreign(name: str) -> tuple[str, str] | None:
    """Return (engine, local name) of a qualified name of another engine."""
    if not name.startswith("{"):
        return None
    namespace, _, local = name[1:].partition("}")
    return (_ENGINES[namespace], local) if namespace in _ENGINES else None


@rule(
    "complex-gateway",
    "error",
    "A complex gateway cannot be run.",
    "Use X, O and + gateways.",
)
def complex_gateway(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag == "complexGateway":
            yield Finding(
                node.element,
                f"The {words(node.element)} cannot be run.",
                "Use X (one path), O (some paths) and + (all paths) gateways.",
            )


@rule(
    "ad-hoc-subprocess",
    "error",
    "An ad-hoc subprocess cannot be run.",
    "Draw the order of the steps, or one step for a person who decides.",
)
def ad_hoc_subprocess(bundle: Bundle) -> Iterator[Finding]:
    for _, process in bundle.processes():
        for scope in process.scope.all():
            if scope.ad_hoc:
                yield Finding(
                    scope.element,
                    f"The {words(scope.element)} cannot be run.",
                    "Draw the order of the steps with gateways, or one step for a person who decides.",
                )


@rule(
    "foreign-behaviour",
    "error",
    "A listener, connector or mapping of another engine would silently not happen.",
    "Draw what it does as a service task or a script task.",
)
def foreign_behaviour(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        for element, engine, local in _own_extensions(node.element):
            if local in _BEHAVIOUR and (len(element) or element.attrib):
                yield Finding(
                    element,
                    f"The {_BEHAVIOUR[local]} of {engine} at the {words(node.element)} would silently not happen.",
                    "Draw what it does as a service task or a script task, or remove it.",
                )


def _own_extensions(element: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    extensions = element.find("{*}extensionElements")
    for child in extensions if extensions is not None else ():
        found = _foreign(child.tag) if isinstance(child.tag, str) else None
        if found is not None:
            yield child, *found


@rule(
    "foreign-setting",
    "warning",
    "A setting of another engine is ignored.",
    "Set what it means with lanes, forms and properties of this engine, or remove it.",
)
def foreign_setting(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        names: dict[str, str] = {}
        for attribute in node.element.attrib:
            found = _foreign(str(attribute))
            if found is not None and found[1] not in _DELEGATES | _HARMLESS:
                names[found[1]] = found[0]
        for _, engine, local in _own_extensions(node.element):
            if local not in _BEHAVIOUR and local not in ("properties",):
                names[local] = engine
        if names and node.tag not in SUBPROCESSES:
            yield Finding(
                node.element,
                f"{', '.join(sorted(names))} of {next(iter(names.values()))} at the {words(node.element)} is ignored.",
                "Say it with lanes, forms and properties of this engine, or remove it.",
            )
