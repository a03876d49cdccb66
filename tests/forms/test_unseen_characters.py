"""What nobody sees counts for nothing: a text of it is empty, and a name is what is read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.notices.notices import Template, render
from engine.errors import Unfit
from forms.catalogue import FormCatalogue
from forms.characters import as_seen, is_blank
from forms.clean import clean
from forms.script_text import has_blanks
from forms.validate import validate
from tests.forms.samples import equipment
from tests.publication.shipped import SETTINGS

INVISIBLE = (
    "\u200b\u2060\ufeff\u00ad\u3164\u115f\u1160\uffa0\u2800\u3000\u00a0\u2028\u200d\u200c\u202e\u2062\ufe0f\u034f\t "
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


@given(st.text(INVISIBLE, max_size=12))
def test_a_text_of_what_nobody_sees_is_no_answer(text: str) -> None:
    assert is_blank(text)
    assert clean(equipment(), {"summary": text, "serial": text, "contact": {"name": text}}) == {}


@given(st.text(INVISIBLE, max_size=6), st.sampled_from("aé好한🙂!"), st.text(INVISIBLE, max_size=6))
def test_one_character_that_is_seen_makes_a_text(before: str, seen: str, after: str) -> None:
    assert not is_blank(before + seen + after)


@pytest.mark.parametrize("text", ["\u200b", "\u3164\u200b"])
def test_an_acknowledgement_that_shows_nothing_is_no_acknowledgement(text: str) -> None:
    form = FormCatalogue.from_folder(SETTINGS.forms_folder).form("complaint", "acknowledge")
    problems = validate(form, clean(form, {"acknowledgement_text": text}))
    assert ("/acknowledgement_text", "required") in [(each.pointer, each.code) for each in problems]


def test_a_notice_of_an_invisible_text_is_not_sent() -> None:
    labels = {"zh-CN": "{text}", "ko": "{text}", "en": "{text}"}
    template = Template("t", "complainant", "x", {"zh-CN": "s", "ko": "s", "en": "s"}, labels)
    with pytest.raises(Unfit) as refusal:
        render(template, "en", {"text": "\u3164\u200b"})
    assert refusal.value.details["missing"] == ["text"]


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("Min\u200ba Park", "Mina Park"),
        ("Mina\u2060 Park\u200d", "Mina Park"),
        ("\ufeffMina \u202ePark", "Mina Park"),
        ("Mi\u00adna Pa\u200crk", "Mina Park"),
        ("박\u200d민\u200b아", "박민아"),
        ("e\u200b\u0301", "é"),
        (FAMILY, FAMILY),
        (PERSIAN, PERSIAN),
        ("王晓", "王晓"),
    ],
)
def test_a_name_is_what_is_read(typed: str, seen: str) -> None:
    assert as_seen(typed) == seen
    assert clean(equipment(), {"serial": typed, "contact": {"name": typed}}) == {
        "serial": seen, "contact": {"name": seen},
    }  # fmt: skip


def test_a_text_of_several_lines_keeps_its_joiners() -> None:
    assert clean(equipment(), {"summary": f"a\u200bb {FAMILY}"}) == {"summary": f"a\u200bb {FAMILY}"}


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_reading_a_line_again_changes_nothing(line: str) -> None:
    once = as_seen(unicodedata.normalize("NFC", line))
    assert as_seen(once) == once
    assert {each for each in once if unicodedata.category(each) == "Cf"} <= {"\u200c", "\u200d"}


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("{name}", True),
        ("{{ x }}", True),
        ("{{姓名}}", True),
        ("｛name｝", True),
        ("｛姓名｝", True),
        ("【姓名】", False),
        ("{ }", False),
        ("{{}}", False),
        ("plain", False),
    ],
)
def test_a_blank_is_seen_however_its_brackets_are_written(text: str, open_: bool) -> None:
    assert has_blanks(f"您好，{text}。") is open_
