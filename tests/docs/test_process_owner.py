"""The process owners' pages say what the program knows: words of diagrams, notices, scenarios; their examples run."""

from __future__ import annotations

import re
from pathlib import Path

from app.scenarios.expect import _LOOKS
from app.scenarios.file import VERBS, read_scenario
from app.scenarios.play import play
from app.scenarios.steps import ACTS
from app.settings import Settings
from complaints.notices.notices import DUE_TIME, PLACEHOLDERS, check_notices
from complaints.operations import OPERATIONS
from engine.expressions.timer_text import TIMER_FUNCTIONS, parse_timer
from engine.publication.rules_events import _ALLOWED
from engine.versions import Versions
from tests.support.shared import ROOT

FOLDER = ROOT / "docs" / "process-owner"


def page(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def table(text: str, head: str) -> list[list[str]]:
    """Return the rows of the table whose first line begins with `head`."""
    lines = text.split(f"\n| {head}")[1].split("\n\n")[0].splitlines()[2:]
    return [re.split(r"\s*\|\s*", line.strip())[1:-1] for line in lines]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def example(text: str, name: str) -> str:
    found: str = re.search(rf"<!-- check: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)[1]  # type: ignore[index]
    return found


def test_every_operation_stands_on_the_page_with_what_it_needs_and_no_other() -> None:
    said = {}
    for row in table(page("diagram-vocabulary"), "operation"):
        optional = set(re.findall(r"`(\w+)` \(optional\)", row[1]))
        said[codes(row[0])[0]] = (set(codes(row[1])) - optional, optional, "others" in row[1], row[2] == "yes")
    assert said == {o.name: (set(o.required), set(o.optional), o.open_ended, o.reversible) for o in OPERATIONS.values()}


def test_every_property_that_the_program_reads_stands_on_the_page_and_no_other() -> None:
    read: set[str] = set()
    for file in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "forms").rglob("*.py"), *(ROOT / "queries").rglob("*.py")]:
        source = file.read_text(encoding="utf-8")
        read |= set(re.findall(r'(?:properties\.get\(|listed\(|_listed\(\w+, )"(\w+)"', source))
        read |= set(re.findall(r'"(form\w+SchemaFilename)"', source))
    assert {codes(row[0])[0] for row in table(page("diagram-vocabulary"), "property")} == read


def test_every_timer_on_the_page_is_understood_and_every_function_is_there() -> None:
    texts = [code for row in table(page("diagram-vocabulary"), "text") for code in codes(row[0])]
    for text in texts:
        parse_timer("cycle" if text.startswith("R") else "duration", text)
    assert TIMER_FUNCTIONS - {word for text in texts for word in re.findall(r"\w+", text)} == set()


def test_the_events_on_the_page_are_those_that_are_waited_for_and_thrown() -> None:
    kinds = {
        "start": "startEvent", "end": "endEvent", "catching, on the way": "intermediateCatchEvent",
        "throwing, on the way": "intermediateThrowEvent", "on the border of a step": "boundaryEvent",
    }  # fmt: skip
    said = {
        kinds[row[0]]: set(re.findall(r"\w+", row[1])) - {"plain"}
        for row in table(page("diagram-vocabulary"), "event ")
    }
    assert said == {kind: set(allowed) for kind, allowed in _ALLOWED.items()}


def test_the_example_of_notices_is_without_a_finding() -> None:
    assert check_notices(example(page("notices"), "notices").encode(), file="notices.toml") == []


def test_every_blank_of_a_notice_stands_on_the_page_with_its_reader() -> None:
    said = {
        name.strip("{}"): None if row[1] == "both" else row[1]
        for row in table(page("notices"), "blank")
        for name in codes(row[0])
    }
    assert said == {**PLACEHOLDERS, f"<clock>{DUE_TIME}": "complainant"}


def test_the_example_scenario_holds(tmp_path: Path, versions: Versions) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(example(page("scenarios"), "scenario"), encoding="utf-8")
    play(read_scenario(file), Settings(), versions=versions).application.database.close()


def test_every_verb_and_every_look_of_a_scenario_stands_on_the_page_and_no_other() -> None:
    verbs = [code for row in table(page("scenarios"), "verb") for code in codes(row[0])]
    looks = [code for row in table(page("scenarios"), "key | holds") for code in codes(row[0])]
    assert sorted(verbs) == sorted(VERBS)
    assert sorted(looks) == sorted(_LOOKS)


def test_every_verb_can_be_carried_out() -> None:
    assert set(ACTS) | {"refused"} == set(VERBS)


def test_absence_and_sending_back_are_played(tmp_path: Path, versions: Versions) -> None:
    file = tmp_path / "acting.yaml"
    file.write_text(
        "title: {en: t}\nat: 2026-03-03T12:00:00+08:00\nrecorded_by: li.na\n"
        "complaint: {channel: phone, category: other, subject: s, text: t, complainant: {name: A}}\n"
        "steps:\n"
        "  - absence: {person: liu.gang, until: 2026-03-04T12:00:00+08:00}\n"
        "  - do: acknowledge\n    by: li.na\n    data: {acknowledgement_text: hello}\n"
        "  - send_back: acknowledge\n    by: li.na\n    reason: wrong text\n"
        "  - expect: {tasks: {acknowledge: service}}\n"
        "  - do: acknowledge\n    by: li.na\n    data: {acknowledgement_text: hello again}\n"
        "  - advance: 90 min\n"
        "  - refused: {send_back: acknowledge, by: li.na}\n",
        encoding="utf-8",
    )
    play(read_scenario(file), Settings(), versions=versions).application.database.close()
