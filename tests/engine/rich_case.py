"""One case that uses nearly everything at once: its files, its story, and what can be seen at each step of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from engine.configuration.process_file import read_config
from engine.diagram_index import index_diagrams
from engine.kernel.step import step
from engine.model.operation import Operation
from engine.model.step import (
    ChangeFacts,
    Complete,
    Deliver,
    ExtendClock,
    FireDue,
    Open,
    PauseClocks,
    ResumeClocks,
    StepCommand,
    StepResult,
)
from engine.process import CompiledProcess
from engine.spiff.compile import compile_program
from tests.support.cases import T0, WallCalendars
from tests.support.diagrams import diagram, parallel

DIAGRAM = diagram(
    main="""
        s=start -> names=script names = people_named
        names -> set=service set_status status="in_progress" -> m=xor -> fork=and -> a=user -> join=and
        fork -> each=call asked -> join
        fork -> w=first -> answer=catch message answer -> heard=xor -> join
        w -> silence=catch timer P3D -> heard
        join -> half=script half = refund / 8 -> check=user -> x=xor -[again]-> m
        x -*-> split=or -[half > 1]-> b=user -> merge=or -> done=end
        split -[True]-> c=user -> merge
        split -*-> d=user -> merge
        late=beside a timer deadline("resolve") -> tell=service notify to="owner" -> told=end
        tick=beside check timer R3/PT10H -> tell2=service notify to="owner" -> told2=end
        stop=on check message stop -> e2=end terminate
        note=beside c message note -> tell3=service notify to="owner" -> told3=end
    """,
    asked="""
        is_=start -> i=user -> p=sub deep -> ie=end
        slow=beside i timer deadline("own") -> up=throw signal up -> ue=end
    """,
    deep="ds=start -> k=user -> de=end",
    repeat={"each": parallel(items="names", item="who", into="said", output="word")},
    variables={"answer": "reply"},
    properties={"check": {"exclude": "a,i"}, "a": {"facts": "people"}, "b": {"exclude": "check"}},
)
CONFIG = b"""
key = "rich"
process = "main"
default_team = "service"
title = { zh-CN = "a", ko = "a", en = "a" }
[derived]
many = "people > 9"
[[throws]]
message = "note"
on = ["people"]
[facts.people]
type = "integer"
default = 1
label = { zh-CN = "a", ko = "a", en = "a" }
[facts.refund]
type = "amount"
label = { zh-CN = "a", ko = "a", en = "a" }
[facts.people_named]
type = "list"
label = { zh-CN = "a", ko = "a", en = "a" }
[clocks.resolve]
label = { zh-CN = "a", ko = "a", en = "a" }
starts = ["@open"]
met_by = ["check"]
pause_reasons = ["ask_back"]
extend_once = true
[[clocks.resolve.budget]]
when = "many"
mode = "wall"
amount = 600
[[clocks.resolve.budget]]
mode = "working_days"
amount = 2
[[clocks.resolve.rungs]]
name = "soon"
at = "75 %"
to = ["owner"]
template = "soon"
[[clocks.resolve.rungs]]
name = "nag"
at = "due + 30 min"
to = ["owner", "post:head"]
template = "nag"
repeat = "daily"
[clocks.own]
label = { zh-CN = "a", ko = "a", en = "a" }
scope = "process"
starts = ["i"]
met_by = ["i"]
[[clocks.own.budget]]
mode = "wall"
amount = 90
"""

Move = tuple[float, str, Any]
"""Minutes after the start, what happens, and with what."""

STORY: list[Move] = [
    (0, "open", {"refund": "10.01", "people_named": ["Li", "Kim"]}),
    (5, "deliver", ["note", {"text": "early"}]),
    (10, "complete", ["i", 1, {}, "kim"]),
    (20, "pause", "ask_back"),
    (90, "fire", None),
    (200, "resume", "ask_back"),
    (210, "extend", ["resolve", "wall", 45]),
    (220, "complete", ["k", 0, {"word": "yes"}, "kim"]),
    (230, "complete", ["a", 0, {"people": 12, "list": [1, {"n": None}]}, "li"]),
    (900, "fire", None),
    (905, "fire", None),
    (910, "deliver", ["answer", {"reply": {"text": "here"}}]),
    (920, "complete", ["i", 0, {}, "ann"]),
    (930, "complete", ["k", 0, {"word": "no"}, "ann"]),
    (1600, "fire", None),
    (1610, "complete", ["check", 0, {"again": False}, "mo"]),
    (1620, "facts", {"people": 13}),
    (1630, "complete", ["b", 0, {}, "li"]),
    (1640, "complete", ["c", 0, {}, "li"]),
]


def compile_rich(files: Mapping[str, bytes] = DIAGRAM, config: bytes = CONFIG) -> CompiledProcess:
    """Return the process, parsed afresh."""
    read, problems = read_config(config, "process.toml")
    assert (problems, read is not None) == ([], True)
    assert read is not None
    return CompiledProcess(
        config=read,
        diagram=index_diagrams(files),
        program=compile_program(files, "main"),
        decisions={},
        form_fields=frozenset({"again"}),
        operations={"notify": Operation("notify")},
    )


def move(process: CompiledProcess, before: StepResult | None, at: Move) -> StepResult:
    """Carry out one line of the story on what the line before gave."""
    minutes, kind, value = at
    now: datetime = T0 + timedelta(minutes=minutes)
    state, facts, by = (None, value, None) if before is None else (before.state, before.facts, None)
    command: StepCommand
    if kind == "complete":
        element, index, data, by = value
        tasks = [t for t in before.tasks if t.element == element] if before else []
        command = Complete(tasks[index].id, data)
    else:
        command = {
            "open": Open,
            "deliver": lambda: Deliver(*value),
            "pause": lambda: PauseClocks(value),
            "resume": lambda: ResumeClocks(value),
            "extend": lambda: ExtendClock(value[0], value[1], value[2], "why"),
            "facts": lambda: ChangeFacts(value),
            "fire": FireDue,
        }[kind]()  # type: ignore[operator]
    return step(process, state, command, facts=facts, calendars=WallCalendars(), now=now, actor=by)


def play(story: list[Move] | None = None) -> list[StepResult]:
    """Play the story from its beginning; return what each line gave."""
    process, results = compile_rich(), list[StepResult]()
    for at in story or STORY:
        results.append(move(process, results[-1] if results else None, at))
    return results


def seen(result: StepResult) -> dict[str, Any]:
    """Everything that can be seen of a case after a step, as JSON."""
    shown: dict[str, Any] = orjson.loads(
        orjson.dumps(
            {
                "tasks": result.tasks,
                "due": result.due,
                "clocks": result.clocks,
                "effects": result.effects,
                "events": result.events,
                "waits_for": result.waits_for,
                "facts": result.facts,
                "status": [result.status, result.closure, result.ended, result.ended_at_element],
            }
        )
    )
    return shown
