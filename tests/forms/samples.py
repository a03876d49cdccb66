"""The sample form and the fixtures of the rules, as the tests load them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from forms.catalogue import FormCatalogue
from forms.form import Form

FIXTURES = Path(__file__).parent / "fixtures"
RULE_FIXTURES = FIXTURES / "rules"


@cache
def equipment() -> Form:
    """Return the neutral sample form, which has every kind of field."""
    return FormCatalogue.from_folder(FIXTURES).form("sample", "equipment")


def form_of(schema: dict[str, Any], ui: dict[str, Any]) -> Form:
    """Return the form of two definitions, through the same door as a bundle."""
    files = {
        "forms/sample/made.schema.json": json.dumps(schema).encode(),
        "forms/sample/made.ui.json": json.dumps(ui).encode(),
    }
    return FormCatalogue.from_files(files).form("sample", "made")


def labels(text: str) -> dict[str, str]:
    """Return a text that differs in each language."""
    return {"zh-CN": f"{text}（中）", "ko": f"{text}(한)", "en": text}


def form_with(name: str, field: dict[str, Any], entry: dict[str, Any] | None = None, *, required: bool = False) -> Form:
    """Return a form of one field."""
    schema = {
        "type": "object",
        "properties": {name: field},
        "required": [name] if required else [],
        "additionalProperties": False,
    }
    return form_of(schema, {"title": labels("Made"), "fields": {name: {"label": labels(name), **(entry or {})}}})


def complete_answer() -> dict[str, Any]:
    """Return an answer to the sample form that is in order and canonical, with every field but the excluded ones."""
    return {
        "outcome": "damaged",
        "room": "b201",
        "summary": "第一行\n둘째 줄 & <third>",
        "serial": "AB1234",
        "pieces": 3,
        "weight": 2.5,
        "returned_on": "2024-05-31",
        "noticed_at": "2024-05-31T02:30:15.250000Z",
        "contact": {"name": "김민수", "email": "kim@example.com", "page": "https://example.com/a?b=1&c=2"},
        "usable": False,
        "agreed": True,
        "marks": ["scratched", "part_missing"],
        "deposit": {"amount": "120.50", "currency": "CNY"},
        "costs": [
            {"purpose": "repair", "due_on": "2024-06-01", "cost": {"amount": "30000", "currency": "KRW"}},
            {"purpose": "cleaning"},
        ],
        "witnesses": ["p1", "p2"],
        "receiver": "p3",
        "photos": ["f1"],
        "borrower": "王芳",
        "reply": "谢谢。",
    }
