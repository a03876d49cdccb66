"""What `process.toml` names must be in the bundle: a clock that names no step would never be met."""

from __future__ import annotations

import pytest

from engine.configuration.process_file import read_config
from engine.model.problem import Problem
from tests.publication.shipped import CONFIG, findings, shipped, with_text


def test_the_shipped_bundle_has_no_findings() -> None:
    assert findings(shipped()) == []


@pytest.mark.parametrize(
    ("old", "new", "element", "advice"),
    [
        ('decision = "routing"', 'decision = "ruoting"', "tables[3].decision", "Did you mean routing?"),
        ('writes = ["priority"]', 'writes = ["prority"]', "tables[0].writes", "Did you mean priority?"),
        ('writes = ["priority"]', 'writes = ["impact"]', "tables[0].writes", "Use one of priority."),
        ('met_by = ["acknowledge"]', 'met_by = ["acknowlege"]', "clocks.acknowledge.met_by",
         "Did you mean acknowledge?"),
        ('met_by = ["acknowledge"]', "met_by = []", "clocks.acknowledge.met_by",
         "Name the step by which the duty is done."),
        ('"post:academic_director"', '"post:acadmic_director"', "clocks.acknowledge.rungs[2].to",
         "Did you mean academic_director?"),
        ('to = ["owner"]', 'to = ["onwer"]', "clocks.acknowledge.rungs[0].to",
         "Write owner, complainant, post:<code>, deputy:<post>, team:<code> or fact:<name>."),
        ('counts_as = ["plan"]', 'counts_as = ["paln"]', "facts.planned_refunds.counts_as", "Did you mean plan?"),
        ('[facts.open_actions]\ntype = "integer"', '[facts.open_actions]\ntype = "integer"\ncounts_as = ["plan"]',
         "facts.open_actions.counts_as", "Add changeable = true, or leave it out."),
        ('default_team = "service"', 'default_team = "servise"', "default_team", "Did you mean service?"),
        (
            "# A completed step",
            "[protection]\nclass = \"restricted\"\nteams = [\"servise\"] # A completed step",
            "protection.teams",
            "Did you mean service?",
        ),
        ('types = ["complaint"]', 'types = ["complain"]', "types", "Did you mean complaint?"),
        ('key = "complaint"', 'key = "complaints"', "key", 'Write key = "complaint".'),
        ('shows = ["planned_refunds"]', 'shows = ["planned_refund"]', "tells[0].shows",
         "Did you mean planned_refunds?"),
        ('lower = ["impact_override"]', 'lower = ["impact_rules"]', "tells[2].lower",
         "Name a number, or give the fact its values, from the lowest up."),
        ('to = ["fact:ceiling_post"]', 'to = ["complainant"]', "tells[1].to",
         "Write owner, post:<code>, deputy:<post>, team:<code> or fact:<name>."),
        ('was = "authority_level > 0"', 'was = "authority_leve > 0"', "tells[3].was", "Did you mean authority_level?"),
        ('to = ["fact:ceiling_post"]', 'to = ["fact:ceilingpost"]', "tells[1].to",
         "Did you mean ceiling_post?"),
        ('message = "facts_changed"', 'message = "fact_changed"', "throws[4].message", "Did you mean facts_changed?"),
        ('template = "acknowledge_overdue"', 'template = "acknowledge_overdue"\nmessage = "withdrw"',
         "clocks.acknowledge.rungs[1].message", "Did you mean withdraw?"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_found_with_its_line(old: str, new: str, element: str, advice: str) -> None:
    files = with_text(CONFIG, old, new)
    errors = [p for p in findings(files) if p.severity == "error"]
    (problem,) = [p for p in errors if p.file == CONFIG]
    assert (problem.element, problem.advice) == (element, advice)
    assert problem.message.endswith(".")
    assert problem.line is not None
    assert new.split("\n")[-1] in files[CONFIG].decode().split("\n")[problem.line - 1]


def test_a_change_that_is_told_names_facts_and_readers() -> None:
    said = 'key = "x"\ntitle = {zh-CN = "x", ko = "x", en = "x"}\n[[tells]]\n'
    problems = read_config(said.encode(), CONFIG)[1]
    assert [(p.element, p.line, p.advice) for p in problems] == [
        ("tells[0]", 3, "Give `to` and `template`."), ("tells[0]", 3, "Give `on`, `lower` or both."),
    ]  # fmt: skip


def test_a_message_that_people_send_and_nothing_takes_is_a_warning() -> None:
    (problem,) = findings(with_text(CONFIG, 'papers = ["papers"]', 'papers = ["paper"]'))
    assert problem == Problem(
        CONFIG, problem.line, "warning", "process-toml", "messages.papers", None,
        "The message papers may become paper, which nothing in the diagrams waits for.", "Did you mean papers?",
    )  # fmt: skip


def test_every_line_that_is_left_out_is_told_with_a_line_or_about_the_file_as_a_whole() -> None:
    """One line after the other is damaged: whatever is said of process.toml then says where."""
    text = shipped()[CONFIG].decode()
    lines = text.split("\n")
    told = 0
    for number in range(0, len(lines), 5):
        if "=" not in lines[number]:
            continue
        key, _, value = lines[number].partition("=")
        damaged = [*lines[:number], f"{key}= {value.strip()[:1]}x{value.strip()[1:]}", *lines[number + 1 :]]
        for problem in read_config("\n".join(damaged).encode(), CONFIG)[1]:
            told += 1
            assert problem.line is not None, problem
    assert told > 50
