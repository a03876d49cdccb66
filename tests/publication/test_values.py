"""Words that a name can never be, and things that cannot be compared: refused where all is known, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from engine.publication import CheckContext, check_bundle
from tests.publication.shipped import BPMN, CONFIG, DIAGRAM, FORMS, findings, shipped, with_text
from tests.support.diagrams import diagram, parallel

ABOUT = CheckContext(
    mode="bundle",
    default_team="service",
    known_facts=frozenset({"people", "needed", "refunds", "amount", "since", "status", "note", "level", "head"}),
    fact_types={
        "people": "integer", "needed": "boolean", "refunds": "list", "amount": "amount", "since": "instant",
        "status": "string", "note": "string",
    },
    fact_words={"status": ["", "open", "recorded"]},
    derived={"level": "'high' if people > 9 else status", "head": "'post:' + note"},
    forms={
        "decide.schema.json": {
            "decision": "string", "why": "string", "ways": "array", "sure": "boolean", "n": "integer",
        },
        "review.schema.json": {"decision": "string"},
        "free.schema.json": {"decision": "string"},
    },
    options={
        "decide.schema.json": {"decision": ["approve", "reject", "hear_first"], "ways": ["phone", "mail"]},
        "review.schema.json": {"decision": ["approve", "need_papers"]},
    },
)  # fmt: skip
CODES = {"value-impossible", "compare-types"}


def said(condition: str, before: str = "", form: str = "decide", **more: Any) -> list[tuple[str, str, str]]:
    """Return code, element and message of what is said about a condition behind a step with a form."""
    main = f"s=start -> {before}a=user -> x=xor -[{condition}]-> b=user -> e=end\nx -*-> e2=end"
    forms = {"a": {"formJsonSchemaFilename": f"{form}.schema.json"}}
    problems = check_bundle(diagram(main=main, properties=forms, **more), context=ABOUT)
    assert {each.severity for each in problems if each.code in CODES} <= {"error"}
    return [(each.code, each.element or "", each.message) for each in problems if each.code in CODES]


def codes(condition: str, *args: str, **more: Any) -> list[str]:
    """Return the codes alone."""
    return [code for code, _, _ in said(condition, *args, **more)]


@pytest.mark.parametrize(
    "condition",
    [
        'decision == "rejected"',
        'decision != "rejected"',
        '"rejected" == decision',
        'decision in ["rejected", "hear_first"]',
        'decision not in ["rejected", "hear_first"]',
        'people > 3 and not (needed or decision == "rejected")',
        '"a" if decision == "rejected" else ""',
        'status == "opened"',
        'level == "hgh"',
        'needed == "yes"',
        'sure == "yes"',
        '"telephone" in ways',
        '"telephone" not in ways',
        '"declined" in decision',
        'len(refunds) > 0 and level == "urgent"',
    ],
)
def test_a_word_that_a_name_can_never_be_is_refused(condition: str) -> None:
    assert codes(condition) == ["value-impossible"]


@pytest.mark.parametrize(
    "condition",
    [
        'decision == "reject"',
        'decision in ["reject", "hear_first"]',
        'decision == "" or decision is None or decision == None or status == ""',
        'decision in ["", "reject"]',
        'why == "anything at all"',
        'note == "anything at all"',
        'level == "recorded" or level == "high"',
        'head == "post:anything"',
        "needed == True or sure == False or needed == 1",
        '"phone" in ways or "app" in decision or "x" in refunds or "x" in why',
        "decision == why or decision in refunds",
        'people == n and amount > 10 and amount > people and since == None and people == ""',
        'refunds[0] == "x" or refunds == ["x"]',
        "sure > 0 or max(people, n) > 3 or decision < why",
    ],
)
def test_a_word_that_a_name_may_be_and_whatever_is_not_certain_is_left_alone(condition: str) -> None:
    assert codes(condition) == []


@pytest.mark.parametrize(
    ("before", "condition", "found"),
    [
        ('k=script decision = "rejected" -> ', 'decision == "rejected"', []),
        ('k=script decision = "rejected" if needed else None -> ', 'decision == "rejected"', []),
        ("k=script decision = why -> ", 'decision == "rejected"', []),
        ('k=script decision = "post:" + why -> ', 'decision == "rejected"', []),
        ("k=script decision = refunds[0] -> ", 'decision == "rejected"', []),
        ('k=script state = "a" -> ', 'state == "b"', ["value-impossible"]),
        ("k=script state = decision -> ", 'state == "reject"', []),
        ("k=script state = decision -> ", 'state == "rejected"', ["value-impossible"]),
        ("k=script state = state2 -> l=script state2 = state -> ", 'state == "rejected"', []),
        ("k=script count = 0 -> l=script count = count + 1 -> ", "count > 3", []),
        ("k=script count = 0 -> l=script count = count + 1 -> ", 'count > "3"', ["compare-types"]),
        ('k=script word = "a" -> l=script word = word + "b" -> ', 'word == "ab"', []),
        ('k=service set_facts status="closed" -> ', 'status == "closed"', []),
        ("k=service set_facts status=why -> ", 'status == "closed"', []),
        ('k=service set_facts status="shut" -> ', 'status == "closed"', ["value-impossible"]),
        ("k=catch message answer -> ", 'decision == "rejected"', ["value-impossible"]),
        ("k=call other -> ", 'decision == "need_papers"', []),
        ("k=call other -> ", 'decision == "rejected"', ["value-impossible"]),
        ("k=call nowhere -> ", 'decision == "rejected"', []),
        ("k=rule nowhere -> ", 'decision == "rejected"', []),
        ("k=script a b c -> ", 'decision == "rejected"', []),
    ],
)
def test_every_source_of_a_name_counts_wherever_it_stands(before: str, condition: str, found: list[str]) -> None:
    form = {
        "a": {"formJsonSchemaFilename": "decide.schema.json"},
        "o": {"formJsonSchemaFilename": "review.schema.json"},
    }
    main = f"s=start -> {before}a=user -> x=xor -[{condition}]-> b=user -> e=end\nx -*-> e2=end"
    other = "os=start -> o=user -> oe=end"
    files = (
        diagram(main=main, other=other, properties=form) if "other" in before else diagram(main=main, properties=form)
    )
    problems = check_bundle(files, context=ABOUT)
    assert [each.code for each in problems if each.code in CODES] == found


def test_what_a_message_brings_and_what_a_list_is_done_for_can_be_anything() -> None:
    for name in ("decision", "line"):
        main = (
            "s=start -> a=user -> k=catch message answer -> each=sub inner -> x=xor "
            f'-[{name} == "rejected"]-> b=user -> e=end\nx -*-> e2=end'
        )
        problems = check_bundle(
            diagram(
                main=main,
                inner=f'is_=start -> i=xor -[{name} == "rejected"]-> ie=end\ni -*-> ie2=end',
                properties={"a": {"formJsonSchemaFilename": "decide.schema.json"}},
                variables={"answer": "decision"},
                repeat={"each": parallel(items="refunds", item="line")},
            ),
            context=ABOUT,
        )
        assert CODES.isdisjoint(each.code for each in problems)


def test_a_form_with_free_text_makes_a_name_anything() -> None:
    assert codes('decision == "rejected"', form="free") == []
    assert codes('decision == "rejected"', form="gone") == []


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ('people > "1"', "asks whether people (a number) is more or less than '1' (a text)"),
        ('"1" < people', "asks whether '1' (a text) is more or less than people (a number)"),
        ("status > 3", "asks whether status (a text) is more or less than 3 (a number)"),
        ("refunds > 2", "asks whether refunds (a list) is more or less than 2 (a number)"),
        ('since > "2026-01-01"', "asks whether since (an instant) is more or less than '2026-01-01' (a text)"),
        ("amount >= status", "asks whether amount (a number) is more or less than status (a text)"),
        ('1 < people < "3"', "asks whether people (a number) is more or less than '3' (a text)"),
        ('len(refunds) > "1"', "asks whether len(refunds) (a number) is more or less than '1' (a text)"),
        ('n > "1"', "asks whether n (a number) is more or less than '1' (a text)"),
        ('people == "1"', "compares people (a number) with '1' (a text): the two are never equal"),
        ('people in ["1", "2"]', "compares people (a number) with '1' (a text): the two are never equal"),
        ("decision == 1", "compares decision (a text) with 1 (a number): the two are never equal"),
        ('amount != "10000.00"', "compares amount (a number) with '10000.00' (a text): the two are never equal"),
        ("needed == refunds[0] or refunds == 1", "compares refunds (a list) with 1 (a number)"),
    ],
)
def test_things_that_cannot_be_compared_are_refused(condition: str, message: str) -> None:
    found = said(condition)
    assert {code for code, _, _ in found} == {"compare-types"}
    assert message in found[0][2]


def test_the_finding_names_the_word_and_the_words_that_there_are() -> None:
    ((code, element, message),) = said('decision == "rejected"')
    assert (code, element) == ("value-impossible", "f3_main")
    assert message == (
        'The condition of the arrow from the exclusive gateway (X) "x" to the user task "b" compares decision with '
        '"rejected", but it is never that. It can be: approve, hear_first, reject.'
    )


def test_scripts_parameters_requirements_and_timers_are_read_too() -> None:
    main = (
        's=start -> a=user -> k=script done = decision == "rejected" -> '
        'l=service set_facts needed=decision == "rejected" -> b=user -> e=end\n'
        'late=on b timer days(3) if decision == "rejected" else days(5) -> e2=end'
    )
    properties = {
        "a": {"formJsonSchemaFilename": "decide.schema.json"},
        "b": {"requires": 'decision == "rejected"'},
    }
    problems = check_bundle(diagram(main=main, properties=properties), context=ABOUT)
    assert {each.element for each in problems if each.code == "value-impossible"} == {"k", "l", "b", "late"}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('form["decision"] == "reject"', []),
        ('form["decision"] == "rejected"', ["value-impossible"]),
        ('form["decision"] == "need_papers"', ["value-impossible"]),
        ('decision == "need_papers"', []),
        ('form["decision"] not in ["approve", "rejected"]', ["value-impossible"]),
        ('form["why"] == "rejected"', []),
        ('form["other"] == "rejected"', []),
        ('form["n"] > "3"', ["compare-types"]),
        ('"telephone" in form["ways"]', ["value-impossible"]),
    ],
)
def test_an_answer_of_the_own_form_is_one_of_its_own_choices(condition: str, found: list[str]) -> None:
    properties = {
        "a": {"formJsonSchemaFilename": "decide.schema.json", "requires": condition},
        "b": {"formJsonSchemaFilename": "review.schema.json"},
    }
    problems = check_bundle(diagram(main="s=start -> a=user -> b=user -> e=end", properties=properties), context=ABOUT)
    assert [each.code for each in problems if each.code in CODES] == found


@pytest.mark.parametrize("last", ["x0", '"a"'])
def test_names_that_are_set_from_each_other_many_times_over_hold_nothing_up(last: str) -> None:
    lines = [f"x{n} = [x{n + 1}, x{n + 1}, x{(n * 7) % 60}] if needed else x{n + 1}" for n in range(60)]
    main = "s=start -> " + " -> ".join(f"k{n}=script {line}" for n, line in enumerate([*lines, f"x60 = {last}"]))
    main += ' -> x=xor -[x0 == "b"]-> e=end\nx -*-> e2=end'
    problems = check_bundle(diagram(main=main), context=ABOUT)
    assert [each.code for each in problems if each.code in CODES] == []


def test_a_name_is_followed_through_others_and_back() -> None:
    before = 'k=script p = "a" -> l=script q = p -> m=script p = q if needed else r -> n=script r = "c" -> '
    assert codes('p == "c" and q == "c" and r == "c" and q == "a"', before) == []
    assert codes('p == "b"', before) == codes('q == "b"', before) == codes('r == "a"', before) == ["value-impossible"]


def test_nothing_is_said_of_a_diagram_alone() -> None:
    main = 's=start -> a=user -> x=xor -[decision == "rejected" or 1 > "1"]-> b=user -> e=end\nx -*-> e2=end'
    assert CODES.isdisjoint(each.code for each in check_bundle(diagram(main=main)))


# --- the processes that ship ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        (DIAGRAM, 'decision == "reject"', 'decision == "rejected"', "value-impossible"),
        (DIAGRAM, 'decision in ["reject", "hear_first"]', 'decision in ["rejected", "hear_first"]', "value-impossible"),
        (DIAGRAM, 'result == "satisfied"', 'result == "satisfid"', "value-impossible"),
        (DIAGRAM, 'priority == "urgent"', 'priority == "urgnt"', "value-impossible"),
        (DIAGRAM, "people > 1", 'people > "1"', "compare-types"),
        (CONFIG, 'priority == "urgent"', 'priority == "urgnt"', "value-impossible"),
        (CONFIG, 'pausable = \'priority != "urgent"', 'pausable = \'priority != "urgnt"', "value-impossible"),
        (CONFIG, 'approver == "head"', 'approver == "haed"', "value-impossible"),
        (CONFIG, "unheard_respondents > 0", 'unheard_respondents > "0"', "compare-types"),
    ],
)
def test_a_slip_in_what_ships_is_an_error_with_its_line(file: str, old: str, new: str, code: str) -> None:
    escape = file == DIAGRAM
    old, new = ((each.replace(">", "&gt;") if escape else each) for each in (old, new))
    files = with_text(file, old, new)
    (problem,) = [each for each in findings(files) if each.code in CODES]
    assert (problem.file, problem.severity, problem.code) == (file, "error", code)
    assert problem.line is not None
    lines = files[file].decode().splitlines()[problem.line - 1 : problem.line + 3]
    assert new in "\n".join(lines)


def test_an_answer_that_a_form_offers_may_be_compared_with() -> None:
    files = with_text(DIAGRAM, 'mediation_result == "settled"', 'mediation_result == "half_settled"')
    assert [each.code for each in findings(files) if each.code in CODES] == ["value-impossible"]
    form = f"{FORMS}/mediate.schema.json"
    files[form] = files[form].replace(b'"not_settled"', b'"not_settled", "half_settled"', 1)
    assert not [each for each in findings(files) if each.code in CODES]


def test_a_word_that_a_table_answers_may_be_compared_with() -> None:
    files = with_text(DIAGRAM, 'callback_mode == "click"', 'callback_mode == "letter"')
    assert [each.code for each in findings(files) if each.code in CODES] == ["value-impossible"]
    table = next(
        name for name in files if name.startswith(BPMN) and b'"click"' in files[name] and name.endswith(".dmn")
    )
    files[table] = files[table].replace(b'"click"', b'"letter"')
    assert not [each for each in findings(files) if each.code in CODES]


def test_what_ships_compares_nothing_in_vain() -> None:
    for key in ("complaint", "inquiry"):
        assert not [each for each in findings(shipped(key)) if each.code in CODES]
