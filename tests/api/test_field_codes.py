"""One fault has one code, whichever floor finds it, and every code stands in the list for integrators."""

from __future__ import annotations

import re
from typing import Any

import pytest

from api.field_codes import OF_HOUSE, OF_LIBRARY, of_house, of_library
from api.field_messages import FIELDS
from forms.messages import MESSAGES
from tests.api.raised_messages import ROOT
from tests.support.application import COMPLAINT, House

PAGE = ROOT / "docs" / "integrator" / "api.md"
EMITTED = {*map(of_house, FIELDS), *map(of_house, MESSAGES), *OF_LIBRARY.values()}


def listed() -> list[str]:
    """Return the codes of the table of field codes, in its order."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("| code of a field | what it says |", 1)[1].split("\n\n", 1)[0]
    return [code for line in table.splitlines()[2:] for code in re.findall(r"`([^`]+)`", line.split("|")[1])]


def test_every_code_is_listed_for_integrators_and_no_other() -> None:
    codes = listed()
    assert sorted(codes) == sorted(EMITTED)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("code", sorted(EMITTED))
def test_codes_are_small_letters_with_hyphens(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert of_house(code) == code


def test_no_code_is_written_in_two_ways() -> None:
    bare = [code.replace("-", "").replace("_", "") for code in EMITTED]
    assert len(set(bare)) == len(bare)
    assert not EMITTED & (OF_HOUSE.keys() | OF_LIBRARY.keys())


@pytest.mark.parametrize(
    ("library", "form", "code"),
    [
        ("string_type", "type_text", "not-string"),
        ("int_type", "type_integer", "not-integer"),
        ("bool_type", "type_boolean", "not-boolean"),
        ("list_type", "type_list", "not-list"),
        ("dict_type", "type_object", "not-object"),
        ("extra_forbidden", "unknown_field", "unknown-field"),
        ("string_too_long", "too_long", "too-long"),
        ("string_too_short", "too_short", "too-short"),
        ("literal_error", "choice", "unknown"),
        ("greater_than_equal", "minimum", "out-of-range"),
        ("too_long", "max_items", "too-many"),
        ("too_short", "min_items", "too-few"),
        ("string_pattern_mismatch", "pattern", "malformed"),
        ("datetime_parsing", "format_date_time", "not-instant"),
        ("missing", "required", "required"),
    ],
)
def test_a_request_and_a_form_call_the_same_fault_alike(library: str, form: str, code: str) -> None:
    assert (of_library(library), of_house(form)) == (code, code)


def test_the_answers_of_forms_facts_and_requests_say_the_same(redress: House) -> None:
    li_na = redress.person("li.na")
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    tag = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]

    def told(method: str, path: str, body: Any, **headers: str) -> list[tuple[str, str]]:
        problem = li_na.refused(422, method, path, body, headers=headers)
        return sorted((field["field"], field["code"]) for field in problem["fields"])

    form, facts = f"/api/tasks/{task}/complete", f"/api/complaints/{case}/facts"
    assert told("POST", form, {"data": {"acknowledgement_text": 5, "surprise": 1}}) == [
        ("/data/acknowledgement_text", "not-string"), ("/data/surprise", "unknown-field"),
    ]  # fmt: skip
    assert told("POST", "/api/complaints", {**COMPLAINT, "text": 5, "surprise": 1}) == [
        ("/surprise", "unknown-field"), ("/text", "not-string"),
    ]  # fmt: skip
    bad = {"amount": "1,5", "currency": "CNY"}
    assert told("PATCH", facts, {"refund": bad, "people": "x"}, **{"If-Match": tag}) == [
        ("/people", "not-integer"), ("/refund/amount", "money-amount"),
    ]  # fmt: skip
    assert told("POST", "/api/complaints", {**COMPLAINT, "refund": bad, "people": "x"}) == [
        ("/people", "not-integer"), ("/refund/amount", "money-amount"),
    ]  # fmt: skip
