"""What `process.toml` says of facts, intake and extensions is what happens: the file is changed, and so is the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from complaints.change_facts import ChangeFacts
from complaints.intake.filing import Complainant, FileComplaint, Filed
from complaints.tables import complaint
from engine.case_work import SYSTEM
from engine.commands.clocks import ExtendCase
from engine.commands.complete import CompleteTask
from engine.commands.publish import PublishBundle
from engine.errors import Conflict, Unfit
from tests.complaints.office import DAY, HOUR, MONDAY, Office, bundle
from tests.complaints.walk import reach_resolved

CONFIG = "bpmn/care/process.toml"
AT_MOST = "extend_at_most = { working_days = 20, minutes = 10_000 }\n"


def publish(office: Office, *changes: tuple[str, str]) -> None:
    """Publish the process with other words in its process.toml; the new version is in force at once."""
    text = bundle("care")[CONFIG].decode()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    office.pipeline.run(PublishBundle({**bundle("care"), CONFIG: text.encode()}), SYSTEM)


def filed(office: Office, by: str = "ann", **fields: Any) -> Filed:
    answer: Filed = office.do(FileComplaint(subject="s", text="t", complainant=Complainant(name="Gil"), **fields), by)
    return answer


def faults(office: Office, command: Any) -> list[dict[str, Any]]:
    with pytest.raises(Unfit) as caught:
        office.do(command)
    found: list[dict[str, Any]] = caught.value.details["fields"]
    return found


def test_a_clock_is_extended_by_what_the_process_allows(office: Office) -> None:
    case = office.file()
    assert faults(office, ExtendCase(case, "resolve", 21, "why")) == [
        {"field": "amount", "code": "out-of-range", "values": {"least": 1, "most": 20}}
    ]
    office.do(ExtendCase(case, None, 20, "why"))
    publish(office, (AT_MOST, "extend_at_most = { minutes = 90 }\n"))
    case = office.file()
    assert faults(office, ExtendCase(case, "resolve", 1, "why")) == [
        {"field": "mode", "code": "unknown", "known": ["wall", "staffed", "hybrid"]}
    ]
    assert faults(office, ExtendCase(case, "resolve", 91, "why", "wall")) == [
        {"field": "amount", "code": "out-of-range", "values": {"least": 1, "most": 90}}
    ]
    office.do(ExtendCase(case, "resolve", 90, "why", "wall"))
    publish(office, (AT_MOST, ""))
    assert faults(office, ExtendCase(office.file(), None, 1, "why")) == [
        {"field": "clock", "code": "required", "known": []}
    ]
    assert faults(office, ExtendCase(office.file(), "resolve", 1, "why")) == [
        {"field": "mode", "code": "unknown", "known": []}
    ]
    publish(office, (f"extend_once = true\n{AT_MOST}", ""))
    with pytest.raises(Conflict, match="does not allow resolve to be extended"):
        office.do(ExtendCase(office.file(), "resolve", 1, "why"))


def test_a_receipt_is_dated_back_as_far_as_the_process_allows(office: Office) -> None:
    month = MONDAY - 30 * DAY
    assert office.rows(complaint, filed(office, received_at=month).id)[0].received_at == month

    def late(days: int) -> list[dict[str, Any]]:
        limits = {"least": (MONDAY - days * DAY).isoformat(), "most": MONDAY.isoformat()}
        return [{"field": "received_at", "code": "out-of-range", "values": limits}]

    early = FileComplaint(subject="s", text="t", received_at=month - timedelta(seconds=1))
    assert faults(office, early) == late(30)
    assert faults(office, FileComplaint(subject="s", text="t", received_at=MONDAY + timedelta(seconds=1))) == late(30)
    publish(office, ("look_back_days = 30", "look_back_days = 2"))
    assert filed(office, received_at=MONDAY - 2 * DAY)
    assert faults(office, FileComplaint(subject="s", text="t", received_at=MONDAY - 3 * DAY)) == late(2)
    publish(office, ("look_back_days = 30\n", ""))
    assert filed(office, received_at=MONDAY)
    assert faults(office, FileComplaint(subject="s", text="t", received_at=MONDAY - timedelta(seconds=1))) == late(0)


def test_whoever_files_ticks_what_the_process_lets_them_tick(office: Office) -> None:
    assert office.facts(filed(office, flags={"safety": True}).id)["safety"] is True
    unknown = FileComplaint(subject="s", text="t", flags={"group": True, "safety": True})
    assert faults(office, unknown) == [{"field": "flags", "code": "unknown", "known": ["safety", "fault"]}]
    leak = '[facts.leak]\ntype = "boolean"\nintake = true\nlabel = { zh-CN = "a", ko = "a", en = "a" }\n\n'
    publish(office, ('[facts.safety]\ntype = "boolean"\nintake = true\n', f'{leak}[facts.safety]\ntype = "boolean"\n'))
    facts = office.facts(filed(office, flags={"leak": True}).id)
    assert (facts["leak"], facts["safety"]) == (True, False)
    assert faults(office, FileComplaint(subject="s", text="t", flags={"safety": True})) == [
        {"field": "flags", "code": "unknown", "known": ["leak", "fault"]}
    ]


def test_people_change_what_the_process_lets_them_change_and_nothing_else(office: Office) -> None:
    def change(**changes: Any) -> ChangeFacts:
        case = office.file()
        return ChangeFacts(case, changes, office.case(case).facts_version)

    kept = ("noted", "type", "received_at", "listed_people", "plan_revision", "planned_refunds", "priority")
    for name in kept:
        assert faults(office, change(**{name: "x"})) == [{"field": name, "code": "kept-by-the-house"}]
    publish(
        office,
        ('[facts.noted]\ntype = "string"\n', '[facts.noted]\ntype = "string"\nchangeable = true\n'),
        ('[facts.people]\ntype = "integer"\ndefault = 1\nchangeable = true\n', '[facts.people]\ntype = "integer"\n'),
        ('type = "list"\nchangeable = true\ncounts_as = ["plan"]\n', 'type = "list"\n'),
    )
    command = change(noted="x")
    office.do(command)
    assert office.facts(command.case_id)["noted"] == "x"
    assert faults(office, change(people=3)) == [{"field": "people", "code": "kept-by-the-house"}]
    assert faults(office, change(refunds=[])) == [{"field": "refunds", "code": "kept-by-the-house"}]


def test_what_is_set_against_a_table_is_one_of_the_values_of_the_process(office: Office) -> None:
    values = 'values = ["routine", "high", "urgent"]'
    publish(office, (values, 'values = ["calm"]'))
    case = office.file()
    version = office.case(case).facts_version
    assert faults(office, ChangeFacts(case, {"priority_override": "urgent"}, version, "why")) == [
        {"field": "priority_override", "code": "unknown", "known": ["calm"]}
    ]
    office.do(ChangeFacts(case, {"priority_override": "calm"}, version, "why"))
    publish(office, (f'{values}\noverrides = "priority"\n', ""))
    case = office.file()
    office.do(ChangeFacts(case, {"priority_override": "whatever, and without a reason"}, 1))


def test_whoever_files_is_told_the_clock_that_the_process_names(office: Office) -> None:
    assert (filed(office).acknowledge_by, filed(office).clock) == (None, None)
    publish(office, ("look_back_days = 30\n", 'look_back_days = 30\nclock = "resolve"\n'))
    answer = filed(office)
    assert answer.clock is not None
    assert (answer.clock.name, answer.clock.due_at) == ("resolve", answer.acknowledge_by)


def test_a_claim_without_a_currency_is_in_the_one_that_the_fact_begins_with(office: Office) -> None:
    old = filed(office, refund_amount="20")
    begins = '[facts.refund_currency]\ntype = "string"\ndefault = "{}"\n'
    publish(office, (begins.format("CNY"), begins.format("KRW")))
    new = filed(office, refund_amount="20")
    for case, currency in ((old.id, "CNY"), (new.id, "KRW")):
        assert office.facts(case)["refund_currency"] == currency
        assert office.rows(complaint, case)[0].refund_currency == currency


def test_who_hears_of_a_missed_promise_stands_in_the_process(office: Office) -> None:
    publish(office, ('to = ["owner", "leads", "supervisor"]\ntemplate = "promise_missed"',
                     'to = ["post:head_of_customer_service", "concerned"]\ntemplate = "broken"'))  # fmt: skip
    case = office.file()
    promises = [{"what": "Ask", "due_at": (MONDAY + HOUR).isoformat()}]
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "promises": promises}))
    before = len(list(office.told(case)))
    office.advance(2 * HOUR)
    assert list(office.told(case))[before:] == [("dan", "broken"), ("ann", "broken")]


def test_who_hears_of_an_overdue_action_stands_in_the_process(office: Office) -> None:
    publish(office, ('to = ["owner", "concerned"]\ntemplate = "action_overdue"',
                     'to = ["concerned", "supervisor", "team:academic"]\ntemplate = "undone"'))  # fmt: skip
    action = {"title": "New book", "owner_team": "academic", "due_on": "2026-03-04", "blocking": True}
    case = reach_resolved(office, {"actions": [action]})
    before = len(list(office.told(case)))
    office.advance(3 * DAY)
    assert list(office.told(case))[before:] == [("team:academic", "undone"), ("eve", "undone")]


@pytest.mark.parametrize(
    "order", [("team:facilities", "supervisor", "leads"), ("supervisor", "team:facilities", "leads")]
)
def test_a_supervisor_in_a_team_that_is_told_hears_of_it_once(office: Office, order: tuple[str, ...]) -> None:
    named = ", ".join(f'"{to}"' for to in order)
    publish(office, ('to = ["owner", "leads", "supervisor"]', f"to = [{named}]"))
    case = office.file()
    promises = [{"what": "Ask", "due_at": (MONDAY + HOUR).isoformat()}]
    office.do(CompleteTask(office.task(case, "look").id, {"next": "go", "promises": promises}))
    office.advance(2 * HOUR)
    told = [to for to, template in office.told(case) if template == "promise_missed"]
    assert told == ["team:facilities", "team:leadership"]
