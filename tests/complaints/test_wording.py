"""Texts outside forms, and who may do what: tables and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.rights import Standing, Verb
from complaints.wording import LINE, alike, alike_code, alike_contact, finished, one_line, words
from engine.case_rights import standings
from engine.errors import Unfit
from tests.complaints.office import Office


@given(st.text(), st.booleans())
def test_any_text_is_stored_in_one_form_or_refused_by_name(text: str, required: bool) -> None:
    try:
        kept = words("text", text, longest=LINE, required=required)
    except Unfit as refusal:
        (field,) = refusal.details["fields"]
        assert field["field"] == "text"
        assert field["code"] in ("required", "too-long", "unshowable")
    else:
        assert words("text", kept, longest=LINE, required=required) == kept
        assert kept == kept.strip()
        assert len(kept) <= LINE
        assert not set(kept) & set("\x00\r\u2028\u2029")
        kept.encode()


@pytest.mark.parametrize("value", [1, b"a", ["a"], True])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Unfit) as caught:
        words("text", value)
    assert caught.value.details["fields"] == [{"field": "text", "code": "not-string"}]


def test_nothing_is_an_empty_text_where_none_is_required() -> None:
    assert words("text", None, required=False) == ""


@pytest.mark.parametrize("text", ["\u200b", "\u3164 \u2060", "\u2800\n"])
def test_a_text_that_shows_nothing_is_none(text: str) -> None:
    assert (words("text", text, required=False), one_line("name", text, required=False)) == ("", "")
    with pytest.raises(Unfit) as caught:
        words("reason", text)
    assert caught.value.details["fields"] == [{"field": "reason", "code": "required"}]


def test_one_line_holds_what_is_seen_of_it() -> None:
    assert one_line("payee", " 王\u200b晓\u2060 ") == "王晓"
    assert one_line("payee", "Min\r\n\ta") == "Min a"
    assert words("text", "two\u200b\r\nlines") == "two\u200b\nlines"


def test_a_text_with_a_blank_is_not_finished() -> None:
    assert finished("text", "Use {} or { x }.") == "Use {} or { x }."
    with pytest.raises(Unfit):
        finished("text", "Hello {name}.")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("An Na", "Anna", False),
        ("An  Na ", "an\u3000na", True),
        ("王 晓", "王晓", True),
        ("김 민 수", "김민수", True),
        ("やまだ　たろう", "やまだたろう", True),
        ("ﾔﾏﾀﾞ ﾀﾛｰ", "ヤマダタロー", True),
        ("𠮷 田", "𠮷田", True),
        ("王 Anna", "王Anna", False),
        ("Ｊｏｓｅ́", "JOSÉ", True),
        ("学员 1", "学员1", False),
        ("Wang-Xiao.", "wang xiao", True),
        ("王·晓", "王晓", True),
        ("An-Na", "Anna", False),
        ("-", "?", False),
    ],
)
def test_a_blank_parts_words_except_between_east_asian_letters(one: str, other: str, same: bool) -> None:
    assert (alike(one) == alike(other)) is same


@given(st.text())
def test_a_name_as_it_is_compared_is_alike_to_itself_typed_with_other_blanks(name: str) -> None:
    assert alike(f" {name.replace(' ', '  ')} ") == alike(name)


@given(st.text(), st.sampled_from("\u200b\u2060\ufeff\u00ad\u3164\ufe0f\u115f"))
def test_a_name_is_compared_as_it_is_seen(name: str, unseen: str) -> None:
    assert alike(unseen + name + unseen) == alike(name)
    assert alike(f"王{unseen}晓") == alike("王晓")
    assert alike_code(f"L{unseen}7") == alike_code("L7")


def test_numbers_and_addresses_are_compared_as_they_are_meant() -> None:
    assert alike_contact("138-0000 0001") == alike_contact("１３８０００００００１")
    assert alike_contact("a-b@example.org") != alike_contact("ab@example.org")
    assert alike_contact("A-B@example.org ") == alike_contact("a-b@example.org")
    assert alike_code("l 7") == alike_code("L7")
    assert alike_code("1-23") != alike_code("12-3")


def test_the_shipped_table_gives_every_verb_to_somebody_and_to_the_complainant_only_what_is_theirs(
    office: Office,
) -> None:
    may = office.posts_file.rules.may
    assert may.keys() == set(Verb)
    assert [verb for verb in Verb if not may[verb]] == []
    assert [verb for verb in Verb if Standing.COMPLAINANT in may[verb]] == [
        Verb.SPEAK_FOR_COMPLAINANT,
        Verb.FOLLOW_UP,
    ]
    assert [verb for verb in Verb if not office.posts_file.rules.allows(verb, [Standing.HOUSE])] == []


def test_how_people_stand_to_a_case(office: Office) -> None:
    owned, free = office.file(), office.file(None)
    found = {}
    actors = {name: office.actor(name) for name in (*office.people, "house", None)}
    for case in (owned, free):
        for name, actor in actors.items():
            if name in ("cho", "fay"):
                continue
            with office.database.write() as unit:
                work = office.pipeline.load(unit.connection, case, actor, office.clock.now())
                found[case, name] = standings(work.actor, owner=work.owner, teams=["facilities"])
    assert found == {
        (owned, "ann"): {Standing.OWNER, Standing.TAKES_IN},
        (owned, "bea"): {Standing.TAKES_IN},
        (owned, "dan"): {Standing.LEADS},
        (owned, "eve"): {Standing.SUPERVISOR, Standing.CONCERNED},
        (owned, "house"): {Standing.HOUSE},
        (owned, None): {Standing.COMPLAINANT},
        (free, "ann"): {Standing.TAKES_IN, Standing.FIRST_RESPONDER},
        (free, "bea"): {Standing.TAKES_IN, Standing.FIRST_RESPONDER},
        (free, "dan"): {Standing.LEADS},
        (free, "eve"): {Standing.SUPERVISOR, Standing.CONCERNED},
        (free, "house"): {Standing.HOUSE},
        (free, None): {Standing.COMPLAINANT},
    }
