"""Reads the small diagrams under `fixtures/`: one that breaks a rule and one that keeps it, for each code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from engine.model.problem import Problem
from engine.publication import CheckContext, check_bundle

FIXTURES = Path(__file__).parent / "fixtures"


def header(data: bytes) -> dict[str, Any]:
    """Return the JSON in the comment at the top: `context` of the check, `with` other files, `also` more codes."""
    found = re.search(rb"<!-- (\{.*?\}) -->", data[:600])
    loaded: dict[str, Any] = json.loads(found.group(1)) if found else {}
    return loaded


def check_fixture(name: str) -> list[Problem]:
    """Return what the gate finds in a fixture, in the context its header asks for."""
    data = (FIXTURES / name).read_bytes()
    about = header(data)
    files = {name: data, **{other: (FIXTURES / other).read_bytes() for other in about.get("with", ())}}
    return check_bundle(files, context=CheckContext(**about.get("context", {})))
