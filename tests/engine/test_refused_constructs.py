"""What the engine cannot run reliably never reaches it: publication refuses every such construct by name."""

from __future__ import annotations

import pytest

from engine.publication import RULES, check_bundle
from tests.support.diagrams import diagram, parallel

BASE = "s=start -> a=user -> b=user -> e=end"


def base(**more: object) -> str:
    """A plain diagram as text."""
    return diagram(main=BASE, **more)["test.bpmn"].decode()  # type: ignore[arg-type]


def with_event(kind: str, definition: str) -> str:
    """The diagram with an event of some kind between its tasks."""
    event = f'<bpmn:{kind} id="ev" name="ev"><bpmn:{definition}/></bpmn:{kind}>'
    text = base().replace('targetRef="b"', 'targetRef="ev"')
    flow = '<bpmn:sequenceFlow id="fx" sourceRef="ev" targetRef="b"/>'
    return text.replace("<bpmn:endEvent", f"{event}{flow}<bpmn:endEvent", 1)


EVENT_SUBPROCESS = (
    '<bpmn:subProcess id="p" triggeredByEvent="true"><bpmn:startEvent id="ps"><bpmn:messageEventDefinition'
    ' messageRef="mm"/></bpmn:startEvent><bpmn:sequenceFlow id="pf" sourceRef="ps" targetRef="pe"/>'
    '<bpmn:endEvent id="pe"/></bpmn:subProcess>'
)
AD_HOC = '<bpmn:adHocSubProcess id="p"><bpmn:userTask id="pa" name="pa"/></bpmn:adHocSubProcess>'
STORE = '<bpmn:dataStoreReference id="p" name="p"/>'
TIMERS = "s=start -> a=user -> e=end\nt=beside a timer {} -> x=script n = 1 -> xe=end"

CONSTRUCTS: dict[str, tuple[str, str | dict[str, bytes]]] = {
    "complex gateway": ("complex-gateway", base().replace("userTask", "complexGateway")),
    "several flows leaving a task": ("several-flows-out", diagram(main=BASE + "\na -> c=user -> e")),
    "link event": ("link-event", with_event("intermediateThrowEvent", 'linkEventDefinition name="l"')),
    "compensation thrown": ("compensation", with_event("intermediateThrowEvent", "compensateEventDefinition")),
    "event subprocess": ("event-subprocess", base().replace("<bpmn:endEvent", EVENT_SUBPROCESS + "<bpmn:endEvent", 1)),
    "ad-hoc subprocess": ("ad-hoc-subprocess", base().replace("<bpmn:endEvent", AD_HOC + "<bpmn:endEvent", 1)),
    "data store": ("data-store", base().replace("<bpmn:endEvent", STORE + "<bpmn:endEvent", 1)),
    "conditional event": ("conditional-event", with_event("intermediateCatchEvent", "conditionalEventDefinition")),
    "receive task for several that is interrupted": (
        "multi-instance-receive",
        diagram(main="s=start -> r=receive m -> e=end\nt=on r timer PT1H -> e2=end", repeat={"r": parallel(count="2")}),
    ),
    "no end event": ("no-end", diagram(main="s=start -> m=xor -> a=user -> m")),
    "unreachable step": ("unreachable", diagram(main=BASE + "\nz=user -> e")),
    "reserved id": ("id-reserved", base().replace('"a"', '"Start"')),
    "endless cycle": ("timer-endless", diagram(main=TIMERS.format("R/PT1H"))),
    "date without a zone": ("timer-text", diagram(main=TIMERS.format("2026-03-01T09:00:00"))),
    "negative length": ("timer-text", diagram(main=TIMERS.format('"-PT1H"'))),
    "cycle at an event gateway": (
        "timer-cycle-place",
        diagram(main="s=start -> g=first -> t=catch timer R3/PT1H -> e=end\ng -> m=catch message m -> e"),
    ),
    "an error that must interrupt but does not": (
        "error-must-interrupt",
        diagram(main="s=start -> p=sub i -> e=end\nx=beside p error E -> xe=end", i="is_=start -> ie=end error E"),
    ),
    "an error that nobody catches": (
        "error-not-caught",
        diagram(main="s=start -> p=sub i -> e=end", i="is_=start -> ie=end error E"),
    ),
    "cancel outside a transaction": ("cancel-outside-transaction", diagram(main="s=start -> a=user -> e=end cancel")),
    "an unknown called process": ("called-process-missing", diagram(main="s=start -> p=call nowhere -> e=end")),
    "an unknown message": (
        "reference-missing",
        diagram(main="s=start -> r=receive m -> e=end")["test.bpmn"]
        .decode()
        .replace('messageRef="', 'messageRef="no_'),
    ),
    "an AND join that waits for an exclusive branch": (
        "join-waits",
        diagram(main="s=start -> x=xor -[n > 1]-> a=user -> j=and -> e=end\nx -*-> b=user -> j"),
    ),
    "a condition on the flow of a task": (
        "condition-ignored",
        diagram(main="s=start -> a=user -[n > 1]-> b=user -> e=end"),
    ),
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_what_cannot_be_run_reliably_is_refused_by_name(name: str) -> None:
    code, files = CONSTRUCTS[name]
    text = {"test.bpmn": files.encode()} if isinstance(files, str) else files
    assert code in RULES
    assert code in {p.code for p in check_bundle(text) if p.severity == "error"}


def test_a_plain_diagram_is_not_refused() -> None:
    assert [p for p in check_bundle({"test.bpmn": base().encode()}) if p.severity == "error"] == []
