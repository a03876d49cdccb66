"""Who may see and do what: the table, and the wall in its two forms, which must never differ."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Select, Table, Text, func, select

from access.policy import (
    GRANTS,
    Action,
    Duty,
    Principal,
    Relation,
    Role,
    may_administer,
    may_audit,
    may_publish,
    may_see_case,
    may_supervise,
    may_work_on,
    visible_cases,
)
from storage.database import Database

tables = MetaData()
case = Table("case_file", tables, Column("id", Text, primary_key=True), Column("owner", Text))
task = Table(
    "task", tables, Column("case_id", Text), Column("team", Text), Column("post", Text), Column("person", Text)
)
respondent = Table("respondent", tables, Column("case_id", Text), Column("person", Text))

PEOPLE = ("ann", "bob")
TEAMS = ("service", "leadership", "academic", "legal")
POSTS = ("head", "director")


def principal(**changes: Any) -> Principal:
    """Ann, who belongs to nothing, with `changes`."""
    return Principal(**{"person_id": "ann", "name": "Ann", "language": "en", **changes})


def sees(who: Principal, **case: Any) -> bool:
    return may_see_case(who, **{"case_owner": None, "asked_teams": (), "respondents": (), **case})


@pytest.mark.parametrize(
    "who",
    [
        principal(duties=frozenset({Duty.SEES_ALL})),
        principal(teams=frozenset({"legal"}), duties=frozenset(Duty)),
        principal(roles=frozenset({Role.SUPERVISOR})),
    ],
)
def test_a_team_that_sees_all_and_supervisors_see_every_ordinary_case(who: Principal) -> None:
    assert sees(who)


@pytest.mark.parametrize(
    "who",
    [
        principal(),
        principal(teams=frozenset({"service", "leadership", "legal"})),
        principal(duties=frozenset({Duty.TAKES_IN, Duty.LEADS})),
        principal(roles=frozenset({Role.OPERATOR, Role.PROCESS_OWNER, Role.AUDITOR})),
        principal(posts=frozenset({"academic_director"})),
    ],
)
def test_nobody_else_sees_a_case_in_which_they_are_not_asked(who: Principal) -> None:
    assert not sees(who)
    assert not sees(who, case_owner="bob", asked_teams=["outside"], asked_posts=["outside"], asked_people=["bob"])


def test_who_is_asked_sees_the_case() -> None:
    assert sees(principal(teams=frozenset({"legal"})), asked_teams=["academic", "legal"])
    assert sees(principal(posts=frozenset({"head"})), asked_posts=["head"])
    assert sees(principal(), asked_people=["ann"])
    assert sees(principal(), case_owner="ann")


def test_the_person_complained_about_never_sees_the_case() -> None:
    everything = principal(
        teams=frozenset(TEAMS), posts=frozenset(POSTS), roles=frozenset(Role), duties=frozenset(Duty)
    )
    asked = {"case_owner": "ann", "asked_teams": TEAMS, "asked_posts": POSTS, "asked_people": ["ann"]}
    assert sees(everything, **asked, respondents=["bob"])
    assert not sees(everything, **asked, respondents=["bob", "ann"])


def test_a_task_that_somebody_has_is_theirs_alone() -> None:
    everything = principal(
        teams=frozenset(TEAMS), posts=frozenset(POSTS), roles=frozenset(Role), duties=frozenset(Duty)
    )
    assert may_work_on(principal(), team="legal", post="head", assignee="ann")
    assert not may_work_on(everything, team="legal", post="head", assignee="bob")


def test_a_task_that_nobody_has_is_open_to_its_post_or_else_its_team() -> None:
    member, head = principal(teams=frozenset({"legal"})), principal(posts=frozenset({"head"}))
    assert may_work_on(member, team="legal", post=None, assignee=None)
    assert may_work_on(head, team="legal", post="head", assignee=None)
    assert not may_work_on(member, team="legal", post="head", assignee=None)
    assert not may_work_on(head, team="legal", post=None, assignee=None)
    assert not may_work_on(member, team=None, post=None, assignee=None)


def test_each_role_may_do_its_own_and_nothing_else() -> None:
    asked = (may_supervise, may_publish, may_administer, may_audit)
    granted = {role: [may(principal(roles=frozenset({role}))) for may in asked] for role in Role}
    assert granted == {
        Role.SUPERVISOR: [True, False, False, False],
        Role.PROCESS_OWNER: [False, True, False, False],
        Role.OPERATOR: [False, False, True, False],
        Role.AUDITOR: [False, False, False, True],
    }
    others = principal(teams=frozenset(TEAMS), posts=frozenset(POSTS), duties=frozenset(Duty))
    assert not any(may(others) for may in asked)


def test_the_table_knows_every_relation_and_every_action() -> None:
    assert set(GRANTS) == set(Relation)
    assert set(chain.from_iterable(GRANTS.values())) == set(Action)
    assert {Relation(role.value) for role in Role} <= set(Relation)


def some(values: Iterable[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(tuple(values)))


def pairs(*columns: Column[Any]) -> Select[Any]:
    return select(*columns)


PRINCIPALS = st.builds(
    principal,
    teams=some(TEAMS),
    posts=some(POSTS),
    roles=st.frozensets(st.sampled_from(tuple(Role))),
    duties=st.frozensets(st.sampled_from(tuple(Duty))),
)
CASES = st.fixed_dictionaries(
    {
        "case_owner": st.sampled_from((None, *PEOPLE)),
        "asked_teams": some(TEAMS),
        "asked_posts": some(POSTS),
        "asked_people": some(PEOPLE),
        "respondents": some(PEOPLE),
    }
)


@given(who=PRINCIPALS, cases=st.lists(CASES, max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_wall_in_sql_and_the_wall_in_memory_are_one(who: Principal, cases: list[dict[str, Any]]) -> None:
    with Database("sqlite://") as store, store.write() as unit:
        assert_same_wall(unit.connection, who, cases)


def test_the_wall_is_the_same_on_every_store(empty_database: Database) -> None:
    cases = [
        {"case_owner": owner, "asked_teams": teams, "asked_posts": (), "asked_people": (), "respondents": about}
        for owner in (None, "ann")
        for teams in ((), ("legal",), ("service", "legal"))
        for about in ((), ("ann",), ("bob",))
    ]
    everyone = [principal(teams=frozenset(some)) for some in combinations(TEAMS, 2)] + [principal()]
    everyone += [principal(duties=frozenset({duty})) for duty in Duty]
    for who in everyone:
        with empty_database.write() as unit:
            assert_same_wall(unit.connection, who, cases)


def assert_same_wall(connection: Any, who: Principal, cases: list[dict[str, Any]]) -> None:
    tables.create_all(connection)
    for number, facts in enumerate(cases):
        name = str(number)
        connection.execute(case.insert().values(id=name, owner=facts["case_owner"]))
        for column, key in (("team", "asked_teams"), ("post", "asked_posts"), ("person", "asked_people")):
            for value in facts[key]:
                connection.execute(task.insert().values({"case_id": name, column: value}))
        for value in facts["respondents"]:
            connection.execute(respondent.insert().values(case_id=name, person=value))
    wall = visible_cases(
        who,
        case_owner_column=case.c.owner,
        case_id_column=case.c.id,
        asked_teams=pairs(task.c.case_id, task.c.team),
        asked_posts=pairs(task.c.case_id, task.c.post),
        asked_people=pairs(task.c.case_id, task.c.person),
        respondents=pairs(respondent.c.case_id, respondent.c.person),
    )
    expected = [str(number) for number, facts in enumerate(cases) if may_see_case(who, **facts)]
    assert sorted(connection.scalars(select(case.c.id).where(wall)), key=int) == expected
    assert connection.scalar(select(func.count()).select_from(case).where(wall)) == len(expected)


def test_without_posts_and_people_the_wall_asks_teams_only() -> None:
    wall = visible_cases(
        principal(teams=frozenset({"legal"}), posts=frozenset(POSTS)),
        case_owner_column=case.c.owner,
        case_id_column=case.c.id,
        asked_teams=pairs(task.c.case_id, task.c.team),
        respondents=pairs(respondent.c.case_id, respondent.c.person),
    )
    words = str(select(case.c.id).where(wall))
    assert ("task" in words, "post" in words) == (True, False)
