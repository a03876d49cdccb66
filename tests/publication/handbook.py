"""Writes the table of diagram checks for process owners from the registry.

`python -m tests.publication.handbook` refreshes `docs/process-owner/diagram-checks.md`; a test compares the two.
"""

from __future__ import annotations

from pathlib import Path

from engine.publication import RULES, Rule

PAGE = Path(__file__).resolve().parents[2] / "docs" / "process-owner" / "diagram-checks.md"
THEMES = {
    "reading": "The file itself",
    "rules_identity": "Ids",
    "rules_processes": "Which process runs",
    "rules_starts": "Where a process begins",
    "rules_ways": "The way to the end",
    "rules_flows": "Arrows",
    "rules_gateways": "Gateways",
    "rules_events": "Events",
    "rules_errors": "Errors and escalations",
    "rules_messages": "Messages and signals",
    "rules_waiting": "Waiting for others",
    "rules_timers": "Timers",
    "rules_unwatched": "Steps that no time watches over",
    "rules_expressions": "Conditions and scripts",
    "rules_names": "Names that conditions and scripts read",
    "rules_values": "What names are compared with",
    "rules_facts": "Facts that forms and service tasks change",
    "rules_references": "What the diagram refers to",
    "rules_people": "Steps of people",
    "rules_services": "Service tasks",
    "rules_loops": "Steps that are done several times",
    "rules_extensions": "Settings of this engine in the diagram",
    "rules_foreign": "What other engines know and this one does not",
    "rules_labels": "Names in labels.toml",
    "rules_layout": "The drawing",
}
_HEAD = """# What is checked before a diagram is published

Every finding has a code, the file, the line, the element, what is wrong and what to do. An **error** is what would run
wrongly, hang, or reach nobody: a bundle with an error is not published, and nothing of it is stored. Everything else is
a **warning**: it is published, and the warning is shown to whoever publishes it.

Three checks are milder for a diagram that is checked alone, as from the editor, because its house is not known then:
`task-without-team`, `task-without-form` and `team-unknown` are warnings there; the first two also in a bundle whose
`process.toml` has a `default_team`. `join-waits` is a warning where the join waits for ever only in some cases;
`name-set-too-late` where the name is an answer of a form, which is read as empty as long as nobody has filled it in.

What follows from a mistake is not told beside it: of a file that cannot be read, a form that is missing or a table that
is wrong there is one finding, and the names and steps that it may hold are not said to be unknown.

A bundle without errors is then walked through in memory, with the engine that runs cases: every choice of every form is
taken once where it can be reached within 600 steps, messages come in, times fall due. `walk-fails` is a step or table
that fails on the way which the finding tells (`open > verify {outcome=founded} > time:respond_overdue`): an error where
no case would open with what an ordinary filing gives, or a name has no value after nothing but answers and times, else
a warning, because a message may bring what is missing and facts may keep a case from going that way. `walk-hangs`
(warning) is a way after which nobody and nothing can go on. `not-runnable` is an error: the engine cannot make the
process ready to run. A walk is a sample: what it does not come to may still fail.

`value-impossible` and `compare-types`, also in the conditions of `process.toml`, are said where everything that gives a
name its value is known: choices of forms, `values` of a fact, what tables that run again answer, what scripts and
service tasks write. A name that free text, a message, a list or the house can set is left alone, and so is comparing
with `""` or `None`.

What conditions, timers and scripts may say:

- Conditions read facts and form fields by name: `people >= 10 and priority == "urgent"`. Allowed are names, numbers,
  text in quotation marks, `True`, `False`, `None`, comparison, `and`, `or`, `not`, `in`, `a if b else c`,
  `+ - * / // %`, lists, `name["key"]`, and the functions `len`, `min`, `max`, `sum`, `abs`, `any`, `all` and
  `sorted`.
- Timers are ISO 8601 (`P7D`, `PT1H`, `2026-03-01T09:00+08:00`, `R3/PT10M`), or say `deadline("respond")`,
  `working_days(3)`, `days(5)`, `hours(4)`, `minutes(45)`, `date("2026-03-01T09:00+08:00")`. An instant always has a
  zone.
- Scripts hold lines `name = expression`, nothing else.
"""


def _theme(rule: Rule) -> str:
    check = rule.check or rule.file_check
    assert check is not None
    return THEMES[check.__module__.rsplit(".", 1)[-1]]


def render() -> str:
    """Return the page as it should stand in the documentation."""
    lines = [_HEAD]
    for theme in THEMES.values():
        lines += [f"## {theme}", "", "| code | | meaning | what to do |", "| --- | --- | --- | --- |"]
        for rule in RULES.values():
            if _theme(rule) == theme:
                lines.append(f"| `{rule.code}` | {rule.severity} | {rule.title} | {rule.remedy} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
