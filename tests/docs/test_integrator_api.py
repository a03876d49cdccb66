"""Runs every command of the API's page, and holds the answers against those that it shows."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.bundles.bundle import pack, read_folders
from tests.docs.curl_lines import Request, examples, request
from tests.support.application import House, house, settings
from tests.support.shared import ROOT

PAGE = (ROOT / "docs" / "integrator" / "api.md").read_text(encoding="utf-8")


def bundle() -> bytes:
    values = settings()
    return pack(read_folders(values.bpmn_folder, values.forms_folder, "complaint"))


def answered(redress: House, asked: Request) -> Any:
    headers = {"Accept-Language": "en", **asked.headers}
    content = bundle() if asked.file == "complaint.zip" else (asked.body or "").encode()
    return redress.http.request(asked.method, asked.url, headers=headers, content=content)


def part(answer: Any, path: str | None) -> str:
    if path is None:
        return str(answer.headers["etag"])
    found = answer.json()
    for name, index in re.findall(r"\.([a-z_]+)(?:\[(\d+)\])?", path):
        found = found[name] if index == "" else found[name][int(index)]
    assert isinstance(found, str)
    return found


def has_the_members_of(real: Any, shown: Any, where: str = "") -> None:
    """Fail where the page shows a member that the answer does not have, or another code."""
    if isinstance(shown, dict):
        assert isinstance(real, dict), where
        for name, value in shown.items():
            assert name in real, f"{where}/{name}"
            has_the_members_of(real[name], value, f"{where}/{name}")
    elif isinstance(shown, list) and shown:
        assert isinstance(real, list), where
        assert len(real) >= 1, where
        has_the_members_of(real[0], shown[0], f"{where}/0")
    elif where.endswith(("/status", "/code", "/title", "/detail", "/type", "/publishable", "/field", "/message")):
        assert real == shown, where
    else:
        assert (real is None) == (shown is None), where


def test_every_command_of_the_page_works_and_answers_as_shown() -> None:
    redress = house()
    variables = {
        "REDRESS": "http://testserver",
        "TOKEN": redress.person("li.na").headers["Authorization"].removeprefix("Bearer "),
        "OPS_TOKEN": redress.person("ops").headers["Authorization"].removeprefix("Bearer "),
        "OWNER_TOKEN": redress.person("park.owner").headers["Authorization"].removeprefix("Bearer "),
    }
    ran = 0
    for example in examples(PAGE):
        answer = None
        for command in example.commands:
            asked = request(command, variables)
            answer = answered(redress, asked)
            ran += 1
            if asked.keep_as is not None:
                variables[asked.keep_as] = part(answer, asked.keep)
        assert answer is not None
        shown = None if example.shown is None else json.loads(example.shown)
        refused = shown is not None and "status" in shown
        assert (answer.status_code >= 400) is refused, (example.commands[-1], answer.text)
        if shown is not None:
            has_the_members_of(answer.json(), shown)
    assert ran > 20


def test_every_path_of_the_page_is_described() -> None:
    described = {re.sub(r"\{[a-z_]+\}", "*", path) for path in house().app.openapi()["paths"]}
    asked = {
        re.sub(r"\$[A-Z]+", "*", found)
        for found in re.findall(r"\$REDRESS(/[^\"?`\s]+)", PAGE)
        if not found.endswith("openapi.json")
    }
    assert asked - described == set()
