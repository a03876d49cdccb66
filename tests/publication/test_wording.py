"""Findings are read by people who draw: they name the step as it is called, what is wrong with it and what to do."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.broken_xml import why_broken
from engine.publication import RULES, CheckContext, check_bundle
from tests.publication.fixture_files import check_fixture
from tests.support.diagrams import diagram

START = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'


def said(main: str, code: str, **context: object) -> str:
    """Return what is said under a code about a diagram."""
    found = check_bundle(diagram(main=main), context=CheckContext(**context))  # type: ignore[arg-type]
    (problem,) = [each for each in found if each.code == code]
    return f"{problem.message} {problem.advice}"


def test_an_arrow_without_a_name_is_told_by_where_it_leads() -> None:
    assert said("s=start -> look=user -[people]-> e=end", "condition-ignored") == (
        'The condition on the arrow out of the user task "look" would be ignored. '
        "Put an X or O gateway before the arrow, or remove the condition."
    )
    assert said("s=start -> x=xor -[peopel]-> e=end\nx -*-> e2=end", "name-unknown", known_facts=["people"]) == (
        'The condition of the arrow from the exclusive gateway (X) "x" to the end event "e" uses the name peopel, '
        "which is no fact, and which no form, script or table sets. Did you mean people?"
    )


def test_a_value_that_means_nothing_is_told_with_those_that_do() -> None:
    asked = 's=start -> t=service pause_clocks reason="asked" -> e=end'
    assert said(asked, "parameter-value", pause_reasons=["ask_back", "papers"]) == (
        "The service task \"t\" gives pause_clocks as its reason 'asked', which does not exist. "
        "Write one of these in quotation marks: ask_back, papers."
    )


def test_kinds_of_elements_are_told_in_words() -> None:
    before = {"t": "serviceTask"}
    assert said("s=start -> t=user -> e=end", "id-reused", previous_elements=before) == (
        "The id t was a service task in the version in force and is now a user task. "
        "Give the new element a new id, so that running cases are not confused."
    )
    (script,) = check_fixture("script-ignored-bad.bpmn")[:1]
    assert script.message == 'The script before the service task "Tell" would not be run.'
    (setting,) = check_fixture("setting-incomplete-bad.bpmn")[:1]
    assert setting.message.startswith('The property of the task "Check facts" lacks')


@pytest.mark.parametrize(
    ("xml", "meant"),
    [
        (f"{START}<process></definitions>", "what begins as process in line 1 ends as definitions"),
        (f"{START}<process id></process></definitions>", "the attribute id has no value"),
        (f"{START}<process id=a></process></definitions>", "a value lacks its quotation marks"),
        (f'{START}<process id="a" id="b"/></definitions>', "the attribute id stands there twice"),
        (f"{START}<a>you & me</a></definitions>", 'an "&" stands alone; it is written &amp;'),
        (f'{START}<a name="a < b"/></definitions>', 'a "<" stands inside a value; it is written &lt;'),
        (f"{START}<a>1 < 2</a></definitions>", 'a "<" stands before something that is no element'),
        (f"{START}<b:a/></definitions>", "the prefix b of a is explained nowhere"),
        (f"{START}</definitions><definitions></definitions>", "something stands behind the end"),
    ],
)
def test_what_the_parser_says_is_told_in_plain_words(xml: str, meant: str) -> None:
    with pytest.raises(etree.XMLSyntaxError) as caught:
        etree.fromstring(xml.encode())
    line, message = why_broken(xml.encode(), caught.value)
    assert line == 1
    assert message.startswith("The file is not well-formed XML in line 1, column ")
    assert message.endswith(f": {meant}.")


def test_no_finding_names_an_arrow_by_its_id_where_its_ends_are_known() -> None:
    for code in RULES:
        for problem in check_fixture(f"{code}-bad.bpmn"):
            assert "arrow choose_" not in problem.message, problem
