"""Where a diagram holds expressions and scripts, and when they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.expressions.language import Expression, Script, compile_expression, compile_script
from engine.publication.bundle import Bundle, Document
from engine.publication.diagram import Node
from engine.publication.names import SPIFF, bpmn, spiff, tag, text_of, words

_FOREIGN_LANGUAGES = ("javascript", "ecmascript", "groovy", "java", "juel", "feel", "xpath", "ruby", "jython")
SCRIPTS = {"preScript": "script before", "postScript": "script after"}
"""Scripts beside a step -> what people call them."""
RUNS_SCRIPTS = frozenset(
    {"task", "userTask", "manualTask", "subProcess", "transaction", "callActivity", "businessRuleTask"}
    | {"sendTask", "receiveTask"}
)
"""Elements before and after which a script runs."""
_INNER = ("loopCondition", "loopCardinality", "completionCondition")


@dataclass(frozen=True, eq=False)
class Text:
    """A text that the engine will read."""

    element: etree._Element
    """Where it stands."""
    what: str
    """What it is to its owner: `condition of`."""
    owner: etree._Element
    text: str
    script: bool = False
    language: str = ""
    """The language that the diagram says it is in."""
    content: bool = True
    """False where the text stands in an attribute."""
    node: Node | None = None
    """The step at which it is read; None: at no step."""
    done: bool = False
    """True: read when the step has been done, so that it may use what the step sets."""
    given: frozenset[str] = frozenset()
    """Names that have a value in this text alone."""

    @property
    def where(self) -> str:
        """For a sentence: `condition of the arrow "yes"`. Looked up only where there is something to say."""
        return f"{self.what} the {words(self.owner)}"

    @property
    def foreign(self) -> str | None:
        """The name of another engine's language, where the text is in one."""
        bare = self.text.strip()
        declared = self.language.rsplit("/", 1)[-1].removeprefix("x-").lower()
        if any(name in declared for name in _FOREIGN_LANGUAGES):
            return self.language
        if bare.startswith(("${", "#{")):
            return "expression language of another engine (${...})"
        if bare.startswith("=") and not bare.startswith("=="):
            return "FEEL"
        return None

    @property
    def broken_up(self) -> bool:
        """Say whether a remark or an element stands inside the text: only what stands before it would be read."""
        return self.content and len(self.element) > 0

    def compile(self) -> Expression | Script:
        """Return what it means. Raises ExpressionError."""
        if self.script:
            return compile_script(self.text)
        return compile_expression(self.text)


def texts(bundle: Bundle) -> Iterator[Text]:
    """Yield every expression and script of the diagrams that are checked, timers left out."""
    for document in bundle.documents:
        for retrieval in document.root.iter(bpmn("correlationPropertyRetrievalExpression")):
            if len(retrieval):  # the library reads the first child, whatever it is
                owner = retrieval.getparent()
                of = retrieval if owner is None else owner
                yield Text(retrieval, "correlation of", of, retrieval[0].text or "", content=False)
    for document, scope in bundle.scopes():
        for flow in scope.flows:
            found = flow.condition_element
            if found is not None:
                yield Text(
                    found,
                    "condition of",
                    flow.element,
                    text_of(found),
                    language=found.get("language") or "",
                    node=flow.source,
                    done=True,
                )
        for node in scope.nodes:
            yield from node_texts(node)
            yield from _payloads(document, node)


def node_texts(node: Node) -> Iterator[Text]:
    """Yield the expressions and scripts of one step."""
    owner = node.element
    if node.tag == "scriptTask":
        script = node.element.find(bpmn("script"))
        at = node.element if script is None else script
        yield Text(
            at,
            "script of",
            owner,
            text_of(script),
            True,
            node.element.get("scriptFormat") or "",
            script is not None,
            node,
        )
    for kind in SCRIPTS if node.tag in RUNS_SCRIPTS else ():
        found = node.extension(kind)
        if found is not None and text_of(found).strip():
            yield Text(found, SCRIPTS[kind], owner, text_of(found), True, node=node, done=kind == "postScript")
    loop = node.loop
    for child in loop if loop is not None else ():
        if tag(child) in _INNER and text_of(child).strip():
            language, done = child.get("language") or "", tag(child) != "loopCardinality"
            yield Text(child, f"{tag(child)} of", owner, text_of(child), language=language, node=node, done=done)
    operator = node.extension("serviceTaskOperator")
    for parameter in operator.iter(spiff("parameter")) if operator is not None else ():
        what = f"parameter {parameter.get('id')} of"
        yield Text(parameter, what, owner, parameter.get("value") or "", content=False, node=node)
    if node.properties.get("requires"):
        yield Text(
            node.element,
            "requires of",
            owner,
            node.properties["requires"],
            content=False,
            node=node,
            done=True,
            given=frozenset({"form"}),
        )


def _payloads(document: Document, node: Node) -> Iterator[Text]:
    owner = node.element
    for definition in node.definitions:
        sources = [definition.element]
        declared = document.declared(definition.kind).get(definition.element.get(f"{definition.kind}Ref") or "")
        sources += [declared] if declared is not None else []
        for source in sources:
            extensions = source.find(bpmn("extensionElements"))
            for child in extensions.iter() if extensions is not None else ():
                if child.tag in (f"{{{SPIFF}}}messagePayload", f"{{{SPIFF}}}payloadExpression"):
                    if text_of(child).strip():
                        yield Text(child, f"content of the {definition.kind} of", owner, text_of(child), node=node)
                elif child.tag == f"{{{SPIFF}}}processVariableCorrelation":
                    inner = child.find(spiff("expression"))
                    if inner is not None:
                        yield Text(inner, "correlation of", owner, text_of(inner))
