"""What holds for every form of the subset and every answer."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.catalogue import check_form
from forms.clean import clean
from forms.decode import decode
from forms.form import Form
from forms.keywords import validator_class
from forms.languages import LANGUAGES
from forms.messages import message_for
from forms.render import render_form
from forms.rules import RULES
from forms.validate import validate
from forms.visibility import visible_data
from tests.forms.browser import elements, parsed, submitted
from tests.forms.samples import equipment, form_of
from tests.forms.schemas import ANYTHING, forms

CALM = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
ZONES = [ZoneInfo(name) for name in ("UTC", "Asia/Shanghai", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe")]


def without_shortcuts(node: Any) -> Any:
    """Return a compiled schema in which every part goes the long way through jsonschema."""
    if isinstance(node, dict):
        return {key: without_shortcuts(value) for key, value in node.items()}
    return [without_shortcuts(item) for item in node] if isinstance(node, list) else node


def assert_unique_ids_and_sound_references(tree: Any) -> None:
    ids = [node.get("id") for node in elements(tree) if node.get("id")]
    assert len(ids) == len(set(ids))
    for node in elements(tree):
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            for wanted in (node.get(attribute) or "").split():
                assert wanted in ids
        href = node.get("href")
        assert href is None or href[1:] in ids


@CALM
@given(made=forms(), data=st.data(), zone=st.sampled_from(ZONES), language=st.sampled_from(LANGUAGES))
def test_what_a_page_shows_is_what_it_sends_back(made: Any, data: Any, zone: ZoneInfo, language: str) -> None:
    schema, ui, answers = made
    form = form_of(schema, ui)
    answer = clean(form, data.draw(answers))
    tree = parsed(render_form(form, answer, validate(form, answer), language, id_prefix="p", zone=zone), language)
    assert clean(form, decode(form, submitted(tree), zone=zone, kept=answer)) == answer
    assert_unique_ids_and_sound_references(tree)


@CALM
@given(made=forms(), data=st.data())
def test_cleaning_twice_is_cleaning_once(made: Any, data: Any) -> None:
    form = form_of(made[0], made[1])
    answer = data.draw(made[2] | ANYTHING)
    once = clean(form, answer)
    assert repr(clean(form, once)) == repr(once)


@CALM
@given(made=forms(), data=st.data(), language=st.sampled_from(LANGUAGES))
def test_no_answer_whatever_breaks_a_form(made: Any, data: Any, language: str) -> None:
    schema, ui, _ = made
    form = form_of(schema, ui)
    names = sorted(schema["properties"]) or ["x"]
    answer = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), ANYTHING, max_size=6) | ANYTHING)
    cleaned = clean(form, answer)
    problems = validate(form, cleaned)
    for problem in problems:
        assert all(message_for(problem, tag) for tag in LANGUAGES)
    if isinstance(cleaned, dict):
        html = render_form(form, cleaned, problems, language, id_prefix="p")
        html.encode("utf-8")
        assert_unique_ids_and_sound_references(parsed(html))
        visible_data(form, cleaned, "public")


@CALM
@given(made=forms(), data=st.data())
def test_the_shortcuts_agree_with_the_long_way(made: Any, data: Any) -> None:
    schema, ui, answers = made
    form = form_of(schema, ui)
    names = sorted(schema["properties"]) or ["x"]
    answer = data.draw(answers | st.dictionaries(st.sampled_from(names), ANYTHING, max_size=4))
    slow = validator_class()(without_shortcuts(form.validator.schema))

    def told(validator: Any) -> list[str]:
        return sorted(f"{list(e.absolute_path)} {e.validator} {e.message}" for e in validator.iter_errors(answer))

    assert told(form.validator) == told(slow)


@CALM
@given(made=forms(), pairs=st.lists(st.tuples(st.text(max_size=20), st.text(st.characters(), max_size=20)), max_size=8))
def test_no_post_whatever_breaks_a_form(made: Any, pairs: list[tuple[str, str]]) -> None:
    form = form_of(made[0], made[1])
    aimed = [(name, value) for (_, value), name in zip(pairs, _names(form), strict=False)]
    for posted in (pairs, aimed, pairs + aimed):
        validate(form, clean(form, decode(form, posted)))


def _names(form: Form) -> list[str]:
    names = []
    for field in form.fields:
        names += [field.name, f"{field.name}.amount", f"{field.name}.was", f"{field.name}.0"]
        names += [
            f"{field.name}.{index}.{child.name}" for child in field.children for index in ("0", "7", "x", "999999")
        ]
    return names


@CALM
@given(schema=st.binary(max_size=200) | ANYTHING.map(lambda v: json.dumps(v).encode()), ui=ANYTHING)
def test_no_definition_whatever_breaks_the_check(schema: bytes, ui: Any) -> None:
    for problem in check_form(schema, json.dumps(ui).encode(), "forms/sample/x.schema.json"):
        assert problem.code in RULES


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_definition_is_reported_or_still_a_form(data: Any) -> None:
    parts = [json.loads(json.dumps(part)) for part in (equipment().schema, equipment().ui)]
    node: Any = parts[data.draw(st.integers(0, 1))]
    while True:
        keys = sorted(node) if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(keys))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            break
        node = inner
    node[key] = data.draw(
        ANYTHING | st.sampled_from([{}, [], "outcome", {"type": "object"}, {"$ref": "#/$defs/money"}])
    )
    schema, ui = (json.dumps(part).encode() for part in parts)
    found = check_form(schema, ui, "forms/sample/x.schema.json")
    if not any(problem.severity == "error" for problem in found):
        form = form_of(*parts)
        html = render_form(form, None, validate(form, {}), "ko", id_prefix="p")
        assert_unique_ids_and_sound_references(parsed(html))


@pytest.mark.parametrize("code", [{}, [], None, 1, "ZZZ"])
def test_what_is_no_currency_in_a_definition_is_reported_whatever_it_is(code: Any) -> None:
    schema, ui = (json.loads(json.dumps(part)) for part in (equipment().schema, equipment().ui))
    schema["$defs"]["money"]["properties"]["currency"]["enum"][0] = code
    found = check_form(json.dumps(schema).encode(), json.dumps(ui).encode(), "forms/sample/x.schema.json")
    assert "currency-unknown" in {problem.code for problem in found}


@pytest.mark.parametrize("zone", ZONES, ids=str)
@settings(max_examples=100, deadline=None)
@given(moment=st.datetimes())
def test_an_instant_survives_the_page_in_every_zone(zone: ZoneInfo, moment: Any) -> None:
    answer = {"noticed_at": f"{moment.isoformat()}Z"}
    form = equipment()
    tree = parsed(render_form(form, answer, (), "en", id_prefix="p", zone=zone))
    assert decode(form, submitted(tree), zone=zone) == answer
