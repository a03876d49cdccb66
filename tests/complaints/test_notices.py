"""Notices: the ones that ship, what is refused in the file, and that nothing unfinished leaves the house."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.notices.notices import PLACEHOLDERS, Notice, NoticesInvalid, check_notices, parse_notices
from engine.errors import NotFound, Unfit
from forms.characters import is_blank
from forms.languages import LANGUAGES
from forms.script_text import has_blanks
from tests.support.shared import ROOT

SHIPPED = ROOT / "bpmn" / "complaint" / "notices.toml"
SMALL = """
[templates.result]
audience = "complainant"
text_from = "result_text"
subject = { zh-CN = "结果（{number}）", ko = "결과 ({number})", en = "Result ({number})" }
[templates.result.body]
zh-CN = "您好，{text}\\n? 负责人：{owner}"
ko = "안녕하세요. {text}\\n? 담당자: {owner}"
en = "Hello, {text}\\n? Responsible: {owner}"
"""
BOOK = parse_notices(SMALL.encode(), file="notices.toml")
CLOCKS = ("acknowledge", "respond", "resolve")
EVERYTHING = {name: f"<{name}>" for name in (*PLACEHOLDERS, *(f"{clock}_by" for clock in CLOCKS))}


def problems_of(text: str) -> list[str]:
    return [problem.code for problem in check_notices(text.encode(), file="notices.toml")]


def test_the_same_file_is_read_once() -> None:
    once, again = (parse_notices(SMALL.encode(), file="notices.toml").templates for _ in range(2))
    assert once is again
    found = check_notices(b"[templates.x]", file="notices.toml")
    codes = [problem.code for problem in found]
    found.clear()
    # What a caller does with its list of findings is its own.
    assert (codes != [], problems_of("[templates.x]")) == (True, codes)


def test_every_notice_that_ships_can_be_sent_in_every_language() -> None:
    book = parse_notices(SHIPPED.read_bytes(), file="notices.toml")
    assert len(book.templates) >= 40
    for name in book.templates:
        for language in LANGUAGES:
            notice = book.render(name, language, EVERYTHING)
            assert notice.language == language
            assert "<number>" in notice.subject
            assert not re.search(r"[{}]|^\\? ", notice.subject + notice.body, re.MULTILINE)


def test_the_receipt_that_ships_says_what_happens_next_and_by_when() -> None:
    book = parse_notices(SHIPPED.read_bytes(), file="notices.toml")
    values = {"number": "K7Q2", "acknowledge_by": "11:50", "resolve_by": "Friday", "tracking_hint": "https://c.example"}
    assert book.render("receipt", "en", values) == Notice(
        subject="We have received it (K7Q2)",
        body=(
            "Hello,\n\nWe have received what you told us. Its number is K7Q2. Thank you for letting us know.\n\n"
            "What happens next:\n"
            "1. By 11:50 a member of staff confirms to you that we look into it; "
            "the same person stays responsible to the end.\n"
            "3. By Friday we tell you the result.\n\n"
            "If anything changes or you want to add something, you can reply at any time. "
            "Please keep the number and the tracking code.\n\n"
            "To see where it stands: https://c.example"
        ),
        language="en",
    )
    with pytest.raises(Unfit) as caught:
        book.render("receipt", "en", {"number": "K7Q2"})
    assert caught.value.details["missing"] == ["acknowledge_by"]


def test_every_placeholder_is_explained_at_the_head_of_the_file_and_none_besides() -> None:
    head = SHIPPED.read_text().split("[templates.", 1)[0]
    assert re.findall(r"^#   \{([a-z_]+)\}", head, re.MULTILINE) == list(PLACEHOLDERS)
    marked = dict(re.findall(r"^#   \{([a-z_]+)\} +\[([a-z]+)\]", head, re.MULTILINE))
    assert marked == {name: audience for name, audience in PLACEHOLDERS.items() if audience}


def test_a_notice_is_filled_in_and_a_line_without_its_value_left_out() -> None:
    full = BOOK.render("result", "ko", {"number": "A1", "text": "완료", "owner": "김하나"})
    assert full == Notice("결과 (A1)", "안녕하세요. 완료\n담당자: 김하나", "ko")
    assert BOOK.render("result", "ko", {"number": "A1", "text": "완료", "owner": " "}).body == "안녕하세요. 완료"


def test_a_language_that_we_do_not_write_is_answered_in_chinese_and_says_so() -> None:
    assert BOOK.render("result", "ja", {"number": "A1", "text": "好"}) == Notice("结果（A1）", "您好，好", "zh-CN")


@pytest.mark.parametrize("values", [{"number": "A1"}, {"number": "A1", "text": "  "}])
def test_a_missing_value_blocks_the_sending(values: dict[str, str]) -> None:
    with pytest.raises(Unfit) as caught:
        BOOK.render("result", "en", values)
    assert caught.value.details == {"template": "result", "missing": ["text"], "unfinished": []}


def test_a_text_with_a_blank_still_to_fill_in_blocks_the_sending() -> None:
    with pytest.raises(Unfit) as caught:
        BOOK.render("result", "en", {"number": "A1", "text": "We will call you by {time}."})
    assert caught.value.details == {"template": "result", "missing": [], "unfinished": ["text"]}


def test_a_value_cannot_pull_in_another_value_or_break_the_subject_line() -> None:
    notice = BOOK.render("result", "en", {"number": "A1\r\nBcc: x@example.org", "text": "{Owner} { } {}", "owner": "S"})
    assert notice.subject == "Result (A1 Bcc: x@example.org)"
    assert notice.body == "Hello, {Owner} { } {}\nResponsible: S"


def test_an_unknown_notice_is_refused_by_name() -> None:
    with pytest.raises(NotFound) as caught:
        BOOK.render("results", "en", {})
    assert caught.value.details == {"template": "results"}


def test_each_reader_gets_the_notice_meant_for_them_or_none() -> None:
    book = parse_notices(SHIPPED.read_bytes(), file="notices.toml")
    assert book.for_reader("withdrawal_noted", "complainant").name == "withdrawal_noted"
    assert book.for_reader("withdrawal_noted", "staff").name == "withdrawal_noted_staff"
    for name, reader in (("support_late", "complainant"), ("receipt", "staff"), ("nothing", "staff")):
        with pytest.raises(NotFound):
            book.for_reader(name, "complainant" if reader == "complainant" else "staff")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('audience = "complainant"', "", ["audience"]),
        ('audience = "complainant"', 'audience = "everybody"', ["audience"]),
        ("{owner}", "{note}", ["placeholder-unknown", "languages-differ"]),
        ("{owner}", "{link}", ["placeholder-not-for-reader", "languages-differ"]),
        ("{owner}", "{_by}", ["placeholder-unknown", "languages-differ"]),
        ("{owner}", "{owner", ["brace-alone", "languages-differ"]),
        ("? 负责人", "？ 负责人", ["languages-differ"]),
        ('ko = "결과 ({number})", ', "", ["language-missing"]),
        ('text_from = "result_text"', "", ["text-from"]),
        ('text_from = "result_text"', "text_from = 3", ["text-from", "text-from"]),
        ('audience = "complainant"', 'audience = "complainant"\nfrom = "x"', ["unknown-key"]),
    ],
)
def test_each_slip_in_the_file_is_named(old: str, new: str, expected: list[str]) -> None:
    assert old in SMALL
    assert problems_of(SMALL.replace(old, new, 1)) == expected


def test_a_name_that_cannot_be_a_name_is_refused() -> None:
    assert problems_of(SMALL.replace("templates.result", "templates.Result")) == ["template-name"]


def test_an_internal_placeholder_can_reach_staff_but_no_complainant() -> None:
    internal = [name for name, audience in PLACEHOLDERS.items() if audience == "staff"]
    assert internal == ["task", "duty", "person", "change", "item", "link"]
    for name in internal:
        text = SMALL.replace("{owner}", "{" + name + "}")
        assert problems_of(text) == ["placeholder-not-for-reader"] * 3
        assert problems_of(text.replace('"complainant"', '"staff"')) == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_with_problems(data: st.DataObject) -> None:
    content = SHIPPED.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    upto = data.draw(st.integers(at, min(len(content), at + 300)))
    damaged = content[:at] + data.draw(st.binary(max_size=5)) + content[upto:]
    problems = check_notices(damaged, file="notices.toml")
    if problems:
        with pytest.raises(NoticesInvalid) as caught:
            parse_notices(damaged, file="notices.toml")
        assert caught.value.problems == problems
    else:
        assert parse_notices(damaged, file="notices.toml").templates


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(PLACEHOLDERS)), st.text(max_size=30)), st.sampled_from(LANGUAGES))
def test_whatever_the_values_are_nothing_unfinished_is_sent(values: dict[str, str], language: str) -> None:
    try:
        notice = BOOK.render("result", language, values)
    except Unfit as refusal:
        left = refusal.details["missing"] + refusal.details["unfinished"]
    else:
        left = []
        assert values["text"].strip() in notice.body
        assert len(notice.subject.splitlines()) == 1
    absent = {name for name in ("number", "text") if is_blank(values.get(name, ""))}
    # What still has a blank of its own, such as {course}, is not finished either.
    assert absent <= set(left)
    assert all(name in absent or has_blanks(values[name]) for name in left)
