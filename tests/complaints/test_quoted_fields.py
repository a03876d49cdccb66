"""Publication refuses a notice that would quote to the complainant what only staff may read."""

from __future__ import annotations

import json
import re
from itertools import count
from xml.sax.saxutils import escape

import pytest

from complaints.notices.notice_check import check_told
from complaints.notices.notices import parse_notices
from complaints.notices.quoted_fields import check_quoted
from engine import diagram_index
from engine.configuration.process_file import read_config
from engine.diagram_index import secure_parser
from engine.model.problem import Problem
from forms.catalogue import FormCatalogue
from tests.publication.shipped import DIAGRAM, FORMS, findings, shipped, with_text

NOTICES, CONFIG = "bpmn/complaint/notices.toml", "bpmn/complaint/process.toml"
ACKNOWLEDGED = 'text_from = "acknowledgement_text"'
REFUND = "bpmn/complaint/refund.bpmn"
TEMPLATES = sorted(
    name
    for name, each in parse_notices(shipped()[NOTICES], file=NOTICES).templates.items()
    if each.audience == "complainant" and each.text_from is not None
)
PLACES = {f"templates.{each}.text_from" for each in TEMPLATES}


def quoted(files: dict[str, bytes]) -> list[Problem]:
    """Return what the check alone finds."""
    key = next(name for name in files if name.endswith("process.toml"))
    return list(check_quoted(files, read_config(files[key], key)[0]))


def with_source(field: str, *templates: str) -> dict[str, bytes]:
    """Return the shipped bundle, in which notices take their text from another field: these, else all that have one."""
    files = shipped()
    text = files[NOTICES].decode()
    for template in templates or TEMPLATES:
        begin = text.index(f"[templates.{template}]")
        text = text[:begin] + re.sub('text_from = "[a-z_]+"', f'text_from = "{field}"', text[begin:], count=1)
    return {**files, NOTICES: text.encode()}


def line_of(files: dict[str, bytes], text: str) -> int:
    """Return the line of a file of notices that holds a text."""
    return files[NOTICES].decode().split(text)[0].count("\n") + 1


@pytest.mark.parametrize("key", ["complaint", "inquiry"])
def test_what_ships_quotes_nothing_that_only_staff_may_read(key: str) -> None:
    assert quoted(shipped(key)) == []


@pytest.mark.parametrize("field", ["internal_note", "verification_summary"])
def test_a_notice_that_takes_its_text_from_an_internal_field_is_refused_with_its_line(field: str) -> None:
    files = with_text(NOTICES, ACKNOWLEDGED, f'text_from = "{field}"')
    found = [(p.file, p.line, p.severity, p.code, p.element) for p in findings(files) if p.severity == "error"]
    line = line_of(files, f'text_from = "{field}"')
    assert found == [(NOTICES, line, "error", "quotes-internal", "templates.acknowledged.text_from")]


@pytest.mark.parametrize(("field", "reason"), [("nosuch", "which no form asks"), ("promises", "which holds no text")])
def test_a_notice_whose_text_nothing_fills_is_refused(field: str, reason: str) -> None:
    files = with_text(NOTICES, ACKNOWLEDGED, f'text_from = "{field}"')
    found = [(p.line, p.code, reason in p.message) for p in findings(files) if p.severity == "error"]
    assert found == [(line_of(files, f'text_from = "{field}"'), "text-from", True)]


def _texts_of(key: str) -> dict[str, set[str]]:
    """Return every field of a process with the audiences that its forms give it; those that hold a text."""
    catalogue = FormCatalogue.from_files({n: d for n, d in shipped(key).items() if n.startswith("forms/")})
    found: dict[str, set[str]] = {}
    for form in catalogue.forms.values():
        for field in form.fields:
            if field.kind in ("string", "choice", "date", "date-time", "email", "uri"):
                found.setdefault(field.name, set()).add(field.audience)
    return found


def test_a_text_is_accepted_exactly_where_the_complainant_may_read_the_field() -> None:
    fields = _texts_of("complaint")
    assert (len(TEMPLATES), len(fields) > 40) == (10, True)
    for field, audiences in fields.items():
        refused = set() if audiences == {"public"} else set(TEMPLATES)
        if field == "reasons":
            refused -= {"papers_needed", "refund_rejected"}  # the process that sends them asks for it itself
        found = {(p.code, p.element) for p in quoted(with_source(field)) if p.element in PLACES}
        assert found == {("quotes-internal", f"templates.{each}.text_from") for each in refused}, field


def test_an_amount_that_only_staff_may_read_is_not_told() -> None:
    name = f"{FORMS}/review_refund.ui.json"
    files = shipped()
    ui = json.loads(files[name])
    ui["fields"]["amount"]["audience"] = "internal"
    found = quoted({**files, name: json.dumps(ui).encode()})
    assert [(p.code, p.element) for p in found] == [
        ("quotes-internal", "templates.refund_approved"), ("quotes-internal", "templates.refund_paid"),
    ]  # fmt: skip


def test_a_notice_to_staff_whose_variant_goes_to_the_complainant_is_held_to_the_same() -> None:
    files = with_source("internal_note", "acknowledged")
    text = files[NOTICES].decode().replace("[templates.acknowledged", "[templates.acknowledged_complainant")
    staff = "\n[templates.acknowledged]\naudience = 'staff'\ntext_from = 'internal_note'\n" + "".join(
        f"[templates.acknowledged.{part}]\nzh-CN = '{{text}}'\nko = '{{text}}'\nen = '{{text}}'\n"
        for part in ("subject", "body")
    )
    text = text.replace('text_from = "internal_note"', ACKNOWLEDGED)
    found = quoted({**files, NOTICES: (text + staff).encode()})
    assert [p.element for p in found] == ["templates.acknowledged.text_from"]


@pytest.mark.parametrize("parameter", ["text", "why", "amount", "item"])
def test_a_service_task_passes_nothing_internal_to_the_complainant(parameter: str) -> None:
    template = '<spiffworkflow:parameter id="template" type="str" value="&quot;acknowledged&quot;" />'
    more = f'<spiffworkflow:parameter id="{parameter}" type="any" value="internal_note if people &gt; 1 else 0" />'
    found = quoted(with_text(DIAGRAM, template, template + more))
    assert [(p.file, p.code, "internal_note" in p.message, bool(p.line)) for p in found] == [
        (DIAGRAM, "quotes-internal", True, True)
    ]


def test_what_explains_a_later_deadline_is_nothing_internal() -> None:
    asked = '<spiffworkflow:parameter id="why" type="any" value="why" />'
    found = quoted(with_text(DIAGRAM, asked, asked.replace('value="why"', 'value="reason"')))
    assert [(p.file, p.code, p.element, p.message.split(",")[0]) for p in found] == [
        (DIAGRAM, "quotes-internal", "extend_promise", "It sends reason to the complainant as why")
    ]


@pytest.mark.parametrize(
    ("to", "refused"),
    [
        ('"owner" if status == "complainant" else "post:duty_officer"', False),
        ('["owner"] if status != "complainant" else ["team:legal"]', False),
        ('"owner" if people > 1 else "complainant"', True),
        ('["owner"] + (["complainant"] if people > 1 else [])', True),
        ('["owner", "complainant"][1]', True),
        ("reassign_to", True),
    ],
)
def test_only_what_may_be_the_recipient_counts_and_not_what_it_is_compared_with(to: str, refused: bool) -> None:
    given = """id="to" type="str" value="&quot;complainant&quot;" />
              <spiffworkflow:parameter id="template" type="str" value="&quot;acknowledged&quot;" />"""
    value = escape(to, {'"': "&quot;"})
    more = '<spiffworkflow:parameter id="text" type="any" value="internal_note" />'
    changed = given.replace("&quot;complainant&quot;", value) + more
    found = quoted(with_text(DIAGRAM, given, changed))
    assert [(p.file, p.code, p.message.split(" to ")[0]) for p in found] == (
        [(DIAGRAM, "quotes-internal", "It sends internal_note")] if refused else []
    )


def test_a_script_does_not_carry_an_internal_field_into_a_notice() -> None:
    script = '<bpmn:script>refund_outcome = "rejected"'
    carried = f"{script}\nhelper = internal_note\nreasons = helper"
    found = quoted(with_text(REFUND, script, carried))
    assert [(p.file, p.code, p.message) for p in found] == [
        (
            REFUND,
            "quotes-internal",
            "refund_rejected sends reasons to the complainant, but reasons is made from internal_note, which only "
            "staff may read.",
        )
    ]
    chosen = f'{script}\nreasons = "yes" if internal_note != "" else "no"'
    assert quoted(with_text(REFUND, script, chosen)) == []


def test_the_checks_of_notices_and_the_compiler_read_each_diagram_once(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {name: data + b"<!-- read by nobody yet -->" * name.endswith(".bpmn") for name, data in shipped().items()}
    read = count(1)
    monkeypatch.setattr(diagram_index, "secure_parser", lambda: (next(read), secure_parser())[1])
    assert list(check_told(files, read_config(files[CONFIG], CONFIG)[0])) == []
    assert quoted(files) == []
    drawn = {name: data for name, data in files.items() if name.endswith(".bpmn")}
    assert diagram_index.index_diagrams(drawn).elements.keys() >= {"acknowledge", "verify"}
    assert next(read) == len(drawn) + 1


def test_what_cannot_be_read_has_errors_of_its_own() -> None:
    for name in (NOTICES, DIAGRAM, f"{FORMS}/verify.ui.json", f"{FORMS}/verify.schema.json"):
        assert quoted({**shipped(), name: b"<"}) == []
