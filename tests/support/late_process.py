"""A small process whose clocks fall due at chosen instants: received_at plus ten minutes, to the microsecond."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta

from engine.bundles.bundle import pack
from tests.support.shared import ROOT

BUDGET = timedelta(minutes=10)
"""From the receipt that staff name to the due time of the clock `react`."""
AFTER = timedelta(seconds=2)
"""From the firing of that clock's timer to that of the timer drawn behind it."""

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="late_definitions" targetNamespace="urn:redress:late">
  <bpmn:process id="complaint" name="Late" isExecutable="true">
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="lane_service" name="service">
        <bpmn:flowNodeRef>received</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>overdue</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>afterwards</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>ended</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="received" name="Received"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:intermediateCatchEvent id="overdue" name="Overdue">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      <bpmn:timerEventDefinition id="overdue_timer">
        <bpmn:timeDate xsi:type="bpmn:tFormalExpression">deadline("react")</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:intermediateCatchEvent id="afterwards" name="Two seconds later">
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:timerEventDefinition id="afterwards_timer">
        <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT2S</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:endEvent id="ended" name="Ended"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="received" targetRef="overdue" />
    <bpmn:sequenceFlow id="f2" sourceRef="overdue" targetRef="afterwards" />
    <bpmn:sequenceFlow id="f3" sourceRef="afterwards" targetRef="ended" />
  </bpmn:process>
</bpmn:definitions>
"""

CLOCK = """
[intake]
look_back_days = 1
clock = "react"
[clocks.react]
label = { zh-CN = "响应", ko = "대응", en = "React" }
starts = ["@open"]
from = "received_at"
met_by = ["afterwards"]
calendar = "channel"
[[clocks.react.budget]]
mode = "wall"
amount = 10
[[clocks.react.rungs]]
name = "overdue"
at = "due"
to = ["team:service"]
template = "action_due"
"""


def late_bundle() -> bytes:
    """Return the zip of a new version of the process `complaint` that does nothing but fall due."""
    shipped = tomllib.loads((ROOT / "bpmn" / "complaint" / "process.toml").read_text(encoding="utf-8"))
    lines = ['key = "complaint"', 'process = "complaint"', 'default_team = "service"']
    lines += ['title = { zh-CN = "到期", ko = "기한", en = "Late" }', 'types = ["complaint"]', CLOCK]
    for name in ("type", "category", "channel", "campus", "language", "relation", "identity_mode", "received_at"):
        lines += [f"[facts.{name}]", f'type = "{shipped["facts"][name]["type"]}"']
        lines += ['label = { zh-CN = "-", ko = "-", en = "-" }']
    files = {
        "bpmn/complaint/late.bpmn": DIAGRAM.encode(),
        "bpmn/complaint/process.toml": "\n".join(lines).encode(),
        "bpmn/complaint/notices.toml": _notices().encode(),
    }
    return pack(files)


def _notices() -> str:
    """Return the shipped notices as this process can give them: it has one clock, and no form that they could quote."""
    shipped = (ROOT / "bpmn" / "complaint" / "notices.toml").read_text(encoding="utf-8")
    shipped = re.sub(r"^text_from = .*\n", "", shipped, flags=re.MULTILINE).replace("{text}", "-")
    return re.sub(r"\{\w+_by\}", "{react_by}", shipped)
