"""Teams and posts: the file that ships, and what a file may not say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.policy import Duty
from access.rights import Standing, Verb
from escalation.labels import LANGUAGES
from escalation.posts import Posts, load_posts, parse_posts
from escalation.refusals import ConfigProblem, UnknownPost
from tests.escalation.builders import ROOT
from tests.escalation.toml_values import document, spoilt, tables

NAMES = {"zh-CN": "一", "ko": "일", "en": "one"}
MAY = {verb.key: ["owner"] for verb in Verb}
GOOD: dict[str, Any] = {
    "teams": {
        "service": {"labels": NAMES, "head": "low", "takes_in": True},
        "mediation": {"labels": NAMES, "last_resort": True},
    },
    "posts": {
        "low": {"team": "service", "labels": NAMES, "next": "high", "duty": True},
        "high": {"team": "service", "labels": NAMES, "next": "out"},
        "out": {"team": "mediation", "labels": NAMES, "outside": True},
    },
    "may": MAY,
}
TEAMS: dict[str, Any] = GOOD["teams"]
WORDS = (
    "teams",
    "posts",
    "labels",
    "team",
    "next",
    "head",
    "outside",
    "duty",
    "may",
    "low",
    "high",
    "out",
    "service",
    "zh-CN",
)


PAGE_ORDER = (
    "owner", "supervisor", "leads", "takes_in", "first_responder", "outside", "operator", "concerned", "complainant",
)  # fmt: skip


def posts_from(table: dict[str, Any]) -> Posts:
    return parse_posts(document(table), file="posts.toml")


def test_the_file_that_ships_has_the_teams_and_posts_of_the_design() -> None:
    posts = load_posts(ROOT / "bpmn" / "posts.toml")
    teams = ["service", "academic", "supervision", "facilities", "leadership", "legal", "technical", "mediation"]
    assert list(posts.teams) == teams
    assert set(posts.posts) == {
        "head_of_customer_service", "academic_director", "vice_principal_teaching", "head_of_academic",
        "head_of_supervision", "head_of_facilities", "duty_officer", "outside_post",
    }  # fmt: skip
    leaders = {name for name, post in posts.posts.items() if post.team == "leadership"}
    assert leaders == {"head_of_customer_service", "academic_director", "vice_principal_teaching"}
    assert [post.name for post in posts.upward("duty_officer")] == [
        "duty_officer",
        "head_of_customer_service",
        "academic_director",
        "vice_principal_teaching",
        "outside_post",
    ]
    assert all(posts.upward(name)[-1].name == "outside_post" for name in posts.posts)
    assert [name for name, post in posts.posts.items() if post.outside] == ["outside_post"]
    assert all(team.head is not None for team in posts.teams.values())
    labels = [team.labels for team in posts.teams.values()] + [post.labels for post in posts.posts.values()]
    assert [len({one.said_in(language) for one in labels}) for language in LANGUAGES] == [16, 16, 16]


def test_the_file_that_ships_says_what_each_team_is_trusted_with() -> None:
    posts = load_posts(ROOT / "bpmn" / "posts.toml")
    assert {name: duties for name, duties in posts.rules.duties.items() if duties} == {
        "service": {Duty.SEES_ALL, Duty.TAKES_IN},
        "leadership": {Duty.SEES_ALL, Duty.LEADS},
    }
    assert (posts.duty, posts.outside, posts.last_resort) == ("duty_officer", "outside_post", "leadership")


def test_who_may_do_what_is_read_verb_by_verb() -> None:
    found = posts_from(GOOD | {"may": MAY | {"retype": [], "link": ["leads", "takes_in", "leads"]}}).rules.may
    assert found == {verb: frozenset({Standing.OWNER}) for verb in Verb} | {
        Verb.RETYPE: frozenset(),
        Verb.LINK: frozenset({Standing.LEADS, Standing.TAKES_IN}),
    }


@pytest.mark.parametrize(
    ("may", "key", "reason"),
    [
        (None, "may", "is missing"),
        ({}, "may.change_facts", "is missing: say who may change facts, [] for nobody"),
        (MAY | {"link": "owner"}, "may.link", "must be a list of texts"),
        (MAY | {"link": ["owners"]}, "may.link",
         "names 'owners'; write one of complainant, owner, supervisor, leads, takes_in, first_responder, outside,"
         " operator, concerned"),
        (MAY | {"link": ["house"]}, "may.link",
         "names 'house'; write one of complainant, owner, supervisor, leads, takes_in, first_responder, outside,"
         " operator, concerned"),
        (MAY | {"links": ["owner"]}, "may.links", None),
    ],
)  # fmt: skip
def test_a_fault_of_who_may_do_what_is_told_with_its_place(may: Any, key: str, reason: str | None) -> None:
    with pytest.raises(ConfigProblem) as refusal:
        posts_from({name: value for name, value in (GOOD | {"may": may}).items() if value is not None})
    known = ", ".join(sorted(verb.key for verb in Verb))
    assert (refusal.value.key, refusal.value.reason) == (
        key, reason or f"is not known here, and would do nothing; known are {known}",
    )  # fmt: skip


def test_an_unknown_post_or_team_is_refused() -> None:
    posts = posts_from(GOOD)
    assert (posts.post("low").next, posts.team("service").head) == ("high", "low")
    with pytest.raises(UnknownPost) as refusal:
        posts.upward("middle")
    assert refusal.value.details == {"post": "middle", "known": ["low", "high", "out"]}
    with pytest.raises(UnknownPost) as refusal:
        posts.team("kitchen")
    assert refusal.value.details == {"team": "kitchen", "known": ["service", "mediation"]}


@pytest.mark.parametrize(
    ("post", "change", "key", "reason"),
    [
        ("low", {"team": "kitchen"}, "posts.low.team", "'kitchen' is no team of this file"),
        ("low", {"next": "middle"}, "posts.low.next", "'middle' is no post of this file"),
        ("low", {"next": "low"}, "posts.low.next", "leads in a circle: low -> low"),
        ("high", {"next": "low"}, "posts.low.next", "leads in a circle: low -> high -> low"),
        ("out", {"next": "low"}, "posts.out.next", "cannot follow an outside post: it is the last that is asked"),
        (
            "out",
            {"duty": True, "outside": True},
            "posts.out.duty",
            "cannot be given to the outside post, which is asked only in a conflict of interest",
        ),
        ("high", {"duty": True}, "posts", "must have duty = true exactly once, but low and high have it"),
        ("low", {"duty": False}, "posts", "must have duty = true exactly once, but none has it"),
        ("out", {"outside": False}, "posts", "must have outside = true exactly once, but none has it"),
        ("low", {"duty": 1}, "posts.low.duty", "must be true or false"),
        ("out", {"outside": "yes"}, "posts.out.outside", "must be true or false"),
        (
            "low",
            {"deputy": "x"},
            "posts.low.deputy",
            "is not known here, and would do nothing; known are duty, labels, next, outside, team",
        ),
        ("low", {"labels": {"en": "one"}}, "posts.low.labels.zh-CN", "is missing"),
        ("low", {"team": None}, "posts.low.team", "is missing"),
    ],
)
def test_a_fault_of_a_post_is_told_with_its_place(post: str, change: dict[str, Any], key: str, reason: str) -> None:
    changed = {name: value for name, value in (GOOD["posts"][post] | change).items() if value is not None}
    with pytest.raises(ConfigProblem) as refusal:
        posts_from(GOOD | {"posts": GOOD["posts"] | {post: changed}})
    assert (refusal.value.file, refusal.value.key, refusal.value.reason) == ("posts.toml", key, reason)


def test_a_fault_of_a_team_is_told_with_its_place() -> None:
    for teams, key, reason in (
        ({**TEAMS, "service": {"labels": NAMES}}, "teams",
         "needs a team with takes_in = true, else nobody can own a case"),
        ({**TEAMS, "mediation": {"labels": NAMES}}, "teams",
         "must have last_resort = true exactly once, but none has it"),
        ({**TEAMS, "service": {**TEAMS["service"], "last_resort": True}}, "teams",
         "must have last_resort = true exactly once, but service and mediation have it"),
        ({**TEAMS, "mediation": {"labels": NAMES, "sees": "everything"}}, "teams.mediation.sees",
         'must be "all" (every ordinary case) or "asked" (cases in which it is asked)'),
        ({**TEAMS, "mediation": {"labels": NAMES, "leads": "yes"}}, "teams.mediation.leads", "must be true or false"),
        ({"service": {"labels": NAMES, "head": "boss"}}, "teams.service.head", "'boss' is no post of this file"),
        ({}, "teams", "must name at least one"),
        ({"客服": {"labels": NAMES}}, "teams.客服",
         "is no name: small letters a-z, digits, _ and -, beginning with a letter"),
    ):  # fmt: skip
        with pytest.raises(ConfigProblem) as refusal:
            posts_from(GOOD | {"teams": teams})
        assert (refusal.value.key, refusal.value.reason) == (key, reason)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match=r"posts\.toml: cannot be read"):
        load_posts(tmp_path / "posts.toml")


def test_the_example_of_the_documentation_is_a_file_of_posts() -> None:
    text = (ROOT / "docs" / "process-owner" / "posts.md").read_text(encoding="utf-8")
    ((name, content),) = re.findall(r"```toml\n# file: (\S+)\n(.*?)```", text, flags=re.DOTALL)
    posts = parse_posts(content.encode(), file=name)
    assert (list(posts.teams), list(posts.posts)) == (
        ["service", "leadership", "mediation"],
        ["duty_officer", "head_of_customer_service", "outside_post"],
    )
    assert posts.rules.may == load_posts(ROOT / "bpmn" / "posts.toml").rules.may


def test_the_page_lists_every_verb_and_every_way_to_stand_to_a_case() -> None:
    text = (ROOT / "docs" / "process-owner" / "posts.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.MULTILINE)
    assert cells == [*PAGE_ORDER, *(verb.key for verb in Verb)]


def test_the_page_lists_every_key_of_the_file() -> None:
    text = (ROOT / "docs" / "process-owner" / "posts.md").read_text(encoding="utf-8")
    keys = re.findall(r"^\| `((?:teams|posts)\.<name>(?:\.\w+)?|may\.<verb>)` \|", text, flags=re.MULTILINE)
    for table, name in (("teams", "service"), ("posts", "low")):
        with pytest.raises(ConfigProblem) as refusal:
            posts_from(GOOD | {table: GOOD[table] | {name: GOOD[table][name] | {"x": 1}}})
        known = refusal.value.reason.rpartition("known are ")[2].split(", ")
        assert sorted(key.rpartition(".")[2] for key in keys if key.startswith(f"{table}.<name>.")) == known
    assert [key for key in keys if key.count(".") == 1] == ["teams.<name>", "posts.<name>", "may.<verb>"]


@settings(max_examples=300, deadline=None)
@given(st.one_of(tables(*WORDS), spoilt(GOOD, WORDS)))
def test_a_random_file_is_read_or_refused_in_words(table: dict[str, Any]) -> None:
    try:
        found: Posts | ConfigProblem = posts_from(table)
    except ConfigProblem as problem:
        found = problem
    if isinstance(found, Posts):
        assert all(found.upward(name)[-1].next is None for name in found.posts)
    else:
        assert found.message in (f"posts.toml: {found.key}: {found.reason}", f"posts.toml: {found.reason}")
