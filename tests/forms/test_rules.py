"""Each rule of publication has a form that breaks it, which is told so, and one that keeps it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forms.catalogue import check_files, check_form
from forms.problem import FormProblem
from forms.rules import RULES
from forms.source import MAX_BYTES, MAX_NESTING
from tests.forms.samples import FIXTURES, RULE_FIXTURES, labels

MADE_HERE = {"file-too-large", "json-too-deep", "form-twice"}
"""Rules whose fixtures would be large or are not one form; they are made in the tests below."""

GOOD = sorted(RULE_FIXTURES.glob("*.good.json"))
BAD = sorted(RULE_FIXTURES.glob("*.bad.json"))


def found_in(fixture: dict[str, Any]) -> list[FormProblem]:
    file = fixture.get("file", "forms/sample/example.schema.json")
    files = {}
    for part, path in (("schema", file), ("ui", file.replace(".schema.json", ".ui.json"))):
        content = fixture[part]
        if content is not None:
            files[path] = (content if isinstance(content, str) else json.dumps(content)).encode()
    return check_files(files)


def test_each_rule_has_a_good_and_a_bad_fixture() -> None:
    expected = set(RULES) - MADE_HERE
    assert {path.name.split(".")[0] for path in GOOD} == expected
    assert {path.name.split(".")[0] for path in BAD} == expected


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_form_that_keeps_the_rule_has_no_finding(path: Any) -> None:
    assert found_in(json.loads(path.read_text())) == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_form_that_breaks_the_rule_is_told_so_and_nothing_else(path: Any) -> None:
    code = path.name.split(".")[0]
    found = found_in(json.loads(path.read_text()))
    assert {problem.code for problem in found} == {code}
    for problem in found:
        assert (problem.severity, problem.advice) == (RULES[code].severity, RULES[code].advice)
        assert problem.message.endswith(".")
        assert problem.file.startswith("forms/sample/")


def test_the_sample_form_has_no_finding() -> None:
    schema = (FIXTURES / "sample" / "equipment.schema.json").read_bytes()
    ui = (FIXTURES / "sample" / "equipment.ui.json").read_bytes()
    assert check_form(schema, ui, "forms/sample/equipment.schema.json") == []


def test_a_file_over_the_limit_is_refused_unread() -> None:
    found = check_form(b"[" * (MAX_BYTES + 1), b"{}", "forms/sample/x.schema.json")
    assert [problem.code for problem in found if problem.file.endswith("x.schema.json")] == ["file-too-large"]


def test_brackets_nested_without_end_are_refused_with_their_line() -> None:
    deep = b"\n\n" + b'{"a":' * 50_000
    (found,) = [p for p in check_form(deep, b"{}", "x.schema.json") if p.file == "x.schema.json"]
    assert (found.code, found.line) == ("json-too-deep", 3)
    allowed = b'{"a":' * MAX_NESTING + b"1" + b"}" * MAX_NESTING
    codes = {p.code for p in check_form(allowed, b"{}", "x.schema.json")}
    assert "json-too-deep" not in codes


def test_two_forms_of_one_name_in_one_process_are_refused() -> None:
    schema = (FIXTURES / "sample" / "equipment.schema.json").read_bytes()
    ui = (FIXTURES / "sample" / "equipment.ui.json").read_bytes()
    files = {
        f"{folder}/sample/equipment.{part}.json": content
        for folder in ("a", "b")
        for part, content in (("schema", schema), ("ui", ui))
    }
    (found,) = check_files(files)
    assert (found.file, found.code) == ("b/sample/equipment.schema.json", "form-twice")


def test_invalid_json_is_reported_with_its_line() -> None:
    found = check_form(b'{\n  "type": "object",\n  "properties" {}\n}', b"{}", "x.schema.json")[0]
    assert (found.code, found.line, found.pointer) == ("json-invalid", 3, "")


@pytest.mark.parametrize("escape", ["\\u001f", "\\ud800", "\\u0085", "\\ufdd0", "\\ufffe", "\\udbff\\udfff"])
def test_a_label_that_no_page_can_show_is_refused_with_its_line(escape: str) -> None:
    schema = b'{"type": "object", "additionalProperties": false}'
    ui = f"""{{"title": {{
      "zh-CN": "x",
      "en": "a{escape}b"}}, "fields": {{}}}}""".encode()
    found = [(p.code, p.line, p.pointer) for p in check_form(schema, ui, "x.schema.json")]
    assert found == [("json-invalid", 3, "/title/en")]


def test_a_finding_names_the_line_of_the_entry() -> None:
    schema = b"""{
  "type": "object",
  "properties": {
    "note": {
      "type": "string",
      "contentEncoding": "base64"
    },
    "answers": {"type": "array", "items": {"type": "string", "enum": [
      "a",
      " b"
    ]}}
  },
  "additionalProperties": false
}"""
    fields = {"note": {"label": labels("n")}, "answers": {"label": labels("a"), "options": {}}}
    ui = json.dumps({"title": labels("t"), "fields": fields}).encode()
    found = [(p.code, p.line, p.pointer) for p in check_form(schema, ui, "x.schema.json")]
    assert ("schema-keyword", 6, "/properties/note/contentEncoding") in found
    assert ("option-unclean", 10, "/properties/answers/items/enum/1") in found


def test_definitions_that_multiply_are_cut_off() -> None:
    defs: dict[str, Any] = {"d0": {"type": "string"}}
    for level in range(1, 30):
        inner = {"$ref": f"#/$defs/d{level - 1}"}
        defs[f"d{level}"] = {"type": "object", "properties": {"a": inner, "b": inner}, "additionalProperties": False}
    schema = {
        "type": "object",
        "$defs": defs,
        "properties": {"x": {"$ref": "#/$defs/d29"}},
        "additionalProperties": False,
    }
    found = check_form(json.dumps(schema).encode(), b"{}", "x.schema.json")
    assert [problem.code for problem in found if problem.file == "x.schema.json"] == ["schema-too-large"]
