"""Every notice that the diagrams and the clocks name exists, for the reader it is sent to, with the text it needs."""

from __future__ import annotations

import ast
import tomllib
from functools import cache

from complaints.notices.notices import Audience, NoticeBook, parse_notices
from forms.catalogue import FormCatalogue
from tests.process.diagrams import FOLDER, SPIFF, elements
from tests.support.shared import ROOT


@cache
def book() -> NoticeBook:
    return parse_notices((FOLDER / "notices.toml").read_bytes(), file="notices.toml")


def reader(to: str) -> Audience:
    return "complainant" if to == "complainant" else "staff"


def named_in_diagrams() -> list[tuple[str, list[str], str]]:
    found = []
    for task in elements("serviceTask"):
        for operator in task.iter(f"{SPIFF}serviceTaskOperator"):
            given = {
                parameter.get("id"): words_of(parameter.get("value"))
                for parameter in operator.iter(f"{SPIFF}parameter")
                if operator.get("id") == "notify"
            }
            for template in given.get("template", ()):
                found.append((task.get("id"), given["to"], template))
    return found


def words_of(expression: str) -> list[str]:
    """Return the texts that an expression may give: itself, the members of a list, both ends of `a if b else c`."""
    tree = ast.parse(expression, mode="eval")
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def test_every_notice_named_in_a_diagram_exists_for_those_it_goes_to() -> None:
    named = named_in_diagrams()
    assert len(named) > 15
    for element, to, template in named:
        for whom in to:
            assert book().for_reader(template, reader(whom)).audience == reader(whom), element


def test_every_notice_named_by_a_rung_of_a_clock_exists_for_those_it_goes_to() -> None:
    clocks = tomllib.loads((FOLDER / "process.toml").read_text(encoding="utf-8"))["clocks"]
    rungs = [rung for clock in clocks.values() for rung in clock.get("rungs", [])]
    assert len(rungs) > 8
    for rung in rungs:
        for whom in rung["to"]:
            assert book().for_reader(rung["template"], reader(whom)).audience == reader(whom), rung


def test_every_text_that_a_notice_carries_comes_from_a_field_that_the_complainant_may_read() -> None:
    catalogue = FormCatalogue.from_folder(ROOT / "forms" / "definitions")
    public = {
        field.name
        for (process, _), form in catalogue.forms.items()
        if process == "complaint"
        for field in form.fields
        if field.audience == "public"
    }
    texts = [(template.audience, template.text_from) for template in book().templates.values() if template.text_from]
    sources = {field for audience, field in texts if audience == "complainant"}
    assert sources <= public
    assert sources == {
        "acknowledgement_text", "exit_text", "interim_text", "papers_wanted", "question", "reasons", "response_text",
        "result_text", "why",
    }  # fmt: skip
    # Why something was changed by hand is for colleagues alone.
    assert {field for audience, field in texts if audience == "staff"} - sources == {"override_reason"}
