"""What `posts.toml` says of teams, posts and rights is what happens: the file is changed, and so is the behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from complaints.change_facts import ChangeFacts
from complaints.people.ownership import AskHandOver
from engine.commands.clocks import ExtendCase
from engine.commands.complete import CompleteTask
from engine.errors import Forbidden, NotFound, Unfit
from engine.tables import instance
from escalation.posts import parse_posts
from queries.visibility import visible
from tests.complaints.office import HOUR, MONDAY, Office
from tests.support.shared import ROOT

SHIPPED = (ROOT / "bpmn" / "posts.toml").read_text(encoding="utf-8")
AT_NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC).isoformat().replace("+00:00", "Z")

With = Callable[..., Office]


@pytest.fixture
def office_with() -> Iterator[With]:
    """An institution whose `posts.toml` differs: what stands in the file that ships -> what stands there instead."""
    opened: list[Office] = []

    def office(changes: Mapping[str, str]) -> Office:
        text = SHIPPED
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        opened.append(Office(posts_file=parse_posts(text.encode(), file="posts.toml")))
        return opened[-1]

    yield office
    for each in opened:
        each.database.close()


def seen(office: Office, name: str) -> list[str]:
    principal = office.actor(name).principal
    assert principal is not None
    return office.column(select(instance.c.case_id).where(visible(principal)))


def team(name: str, *lines: str) -> dict[str, str]:
    """Return the change that gives a team further lines."""
    return {f"[teams.{name}]\n": "\n".join([f"[teams.{name}]", *lines, ""])}


SERVICE = '[teams.service]\nhead = "head_of_customer_service"\nsees = "all"\ntakes_in = true\n'


def test_a_team_sees_every_case_as_soon_as_the_file_says_so(office: Office, office_with: With) -> None:
    case = office.file()
    assert seen(office, "cho") == []
    with pytest.raises(NotFound):
        office.do(ExtendCase(case, "resolve", 1, "why"), "cho")
    open_house = office_with(team("academic", 'sees = "all"'))
    case = open_house.file()
    assert seen(open_house, "cho") == [case]
    with pytest.raises(Forbidden):
        open_house.do(ExtendCase(case, "resolve", 1, "why"), "cho")


def test_a_team_that_no_longer_sees_all_sees_what_it_is_asked(office: Office, office_with: With) -> None:
    case = office.file()
    assert seen(office, "dan") == [case]
    other = office_with({'sees = "all"\nleads = true\n': "leads = true\n"})
    case = other.file()
    assert seen(other, "dan") == []
    with pytest.raises(NotFound):
        other.do(ExtendCase(case, "resolve", 1, "why"), "dan")
    assert seen(other, "ann") == [case]


def test_whoever_is_of_a_team_that_takes_in_owns_what_they_record(office_with: With) -> None:
    office = office_with(
        {SERVICE: SERVICE.replace("takes_in = true\n", "")} | team("academic", 'sees = "all"', "takes_in = true")
    )
    assert office.case(office.file("cho")).case_owner == office.people["cho"]
    assert office.case(office.file("ann")).case_owner is None


def test_a_case_is_offered_to_teams_that_take_in(office: Office, office_with: With) -> None:
    with pytest.raises(Unfit) as refusal:
        office.do(AskHandOver(office.file(), office.people["cho"], "Hers."))
    assert refusal.value.details["fields"] == [{"field": "to", "code": "not-in-team"}]
    other = office_with(team("academic", 'sees = "all"', "takes_in = true"))
    assert other.do(AskHandOver(other.file(), other.people["cho"], "Hers."))["hand_over"]


def test_who_leads_may_change_facts_and_hears_of_missed_promises(office: Office, office_with: With) -> None:
    other = office_with({"leads = true\n": ""} | team("facilities", "leads = true"))
    told = {}
    for house in (office, other):
        case = house.file()
        promises = [{"what": "Ask", "due_at": AT_NOON}]
        house.do(CompleteTask(house.task(case, "look").id, {"next": "go", "promises": promises}))
        house.advance(4 * HOUR)
        told[house is office] = [to for to, template in house.told(case) if template == "promise_missed"]
    # Eve watches late work: she is told herself, save where her team leads.
    assert told == {True: ["ann", "team:leadership", "eve"], False: ["ann", "team:facilities"]}
    case = other.file()
    with pytest.raises(Forbidden):
        other.do(ChangeFacts(case, {"safety": True}, other.case(case).facts_version), "dan")


def test_who_may_do_what_is_what_the_table_says(office: Office, office_with: With) -> None:
    with pytest.raises(Forbidden) as refusal:
        office.do(ExtendCase(office.file(), "resolve", 1, "why"), "dan")
    assert refusal.value.message == "This case is somebody else's: you may not extend a clock."
    other = office_with({'extend = ["owner", "supervisor"]': 'extend = ["leads"]'})
    case = other.file()
    with pytest.raises(Forbidden):
        other.do(ExtendCase(case, "resolve", 1, "why"), "ann")
    other.do(ExtendCase(case, "resolve", 1, "why"), "dan")
    assert [to for to, template in other.told(case) if template == "extended"] == ["complainant"]


def test_nobody_does_what_the_table_gives_to_nobody_but_the_house(office_with: With) -> None:
    office = office_with({'change_facts = ["owner", "supervisor", "leads", "first_responder"]': "change_facts = []"})
    case = office.file()
    change = ChangeFacts(case, {"safety": True}, office.case(case).facts_version)
    for name in ("ann", "dan", "eve"):
        with pytest.raises(Forbidden):
            office.do(change, name)
    office.do(change, "house")
    assert office.facts(case)["safety"] is True


def test_a_case_that_nobody_has_taken_is_the_duty_posts(office: Office, office_with: With) -> None:
    moved = {
        "duty = true\n": "",
        "[posts.head_of_customer_service]\n": "[posts.head_of_customer_service]\nduty = true\n",
    }
    found = {}
    for house in (office, office_with(moved)):
        case = house.file(None)
        with house.database.write() as unit:
            work = house.pipeline.load(unit.connection, case, house.actor("house"), MONDAY)
            found[house is office] = house.pipeline.services.placement.recipients(work, "owner")
    assert found == {
        True: (f"person:{office.people['bea']}",),
        False: (f"person:{office.people['dan']}",),
    }


def test_what_was_meant_for_an_empty_post_goes_to_the_last_resort(office: Office, office_with: With) -> None:
    moved = {"last_resort = true\n": ""} | team("academic", "last_resort = true")
    found = {}
    for house in (office, office_with(moved)):
        case = house.file()
        with house.database.write() as unit:
            work = house.pipeline.load(unit.connection, case, house.actor("house"), MONDAY)
            found[house is office] = house.pipeline.services.placement.recipients(work, "post:vice_principal_teaching")
    assert found == {True: ("team:leadership",), False: ("team:academic",)}
