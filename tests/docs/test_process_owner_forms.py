"""What docs/process-owner/forms.md says is what the check does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from forms.catalogue import check_form
from forms.kinds import KEYWORDS, WIDGETS
from forms.pattern import PatternSlow, compile_pattern
from forms.rules import RULES

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "process-owner" / "forms.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- check: ([a-z=]+) -->\n```json\n(.*?)```", TEXT, re.DOTALL))


def test_the_example_form_has_no_finding() -> None:
    schema, ui = EXAMPLES["schema=visit"].encode(), EXAMPLES["ui=visit"].encode()
    assert check_form(schema, ui, "forms/visit/visit.schema.json") == []


def test_the_example_script_fits_the_form_and_a_field_of_it() -> None:
    script = json.loads(EXAMPLES["script=visit"])
    ui: dict[str, Any] = json.loads(EXAMPLES["ui=visit"])
    ui["script"] = script
    ui["fields"]["note"] |= {"widget": "script", "script": script}
    schema = EXAMPLES["schema=visit"].encode()
    assert check_form(schema, json.dumps(ui).encode(), "forms/visit/visit.schema.json") == []


def test_every_example_is_checked() -> None:
    assert TEXT.count("```json") == len(EXAMPLES) == 3


def test_every_rule_is_listed_with_its_advice_and_no_other() -> None:
    listed = re.findall(r"^\| `([a-z-]+)`( \(warning\))? \| (.+) \|$", TEXT.split("## Every finding")[1], re.MULTILINE)
    assert listed == [(code, " (warning)" if r.severity == "warning" else "", r.advice) for code, r in RULES.items()]


def test_every_widget_and_keyword_is_documented() -> None:
    words = set(re.findall(r"[\w-]+", TEXT))
    assert {widget for widgets in WIDGETS.values() for widget in widgets} - words == set()
    assert {keyword for keywords in KEYWORDS.values() for keyword in keywords} - words == set()


@pytest.mark.parametrize(
    ("refused", "instead"), re.findall(r"^\| `(\^.*?)` \| .*? \| `(\^.*?)` \|$", TEXT, re.MULTILINE)
)
def test_a_pattern_that_is_called_slow_is_refused_and_its_replacement_is_not(refused: str, instead: str) -> None:
    with pytest.raises(PatternSlow):
        compile_pattern(refused)
    assert compile_pattern(instead)
