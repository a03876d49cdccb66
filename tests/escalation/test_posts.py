"""Teams and posts: the file that ships, and what a file may not say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.labels import LANGUAGES
from escalation.posts import Posts, load_posts, parse_posts
from escalation.refusals import ConfigProblem, UnknownPost
from tests.escalation.builders import ROOT
from tests.escalation.toml_values import document, spoilt, tables

NAMES = {"zh-CN": "一", "ko": "일", "en": "one"}
GOOD: dict[str, Any] = {
    "teams": {"service": {"labels": NAMES, "head": "low"}, "mediation": {"labels": NAMES}},
    "posts": {
        "low": {"team": "service", "labels": NAMES, "next": "high"},
        "high": {"team": "service", "labels": NAMES, "next": "out"},
        "out": {"team": "mediation", "labels": NAMES, "outside": True},
    },
}
WORDS = ("teams", "posts", "labels", "team", "next", "head", "outside", "low", "high", "out", "service", "zh-CN")


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
        ("out", {"outside": "yes"}, "posts.out.outside", "must be true or false"),
        ("low", {"deputy": "x"}, "posts.low.deputy", "is not known here (known and used: labels, next, team)"),
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
        ["service", "mediation"],
        ["head_of_customer_service", "outside_post"],
    )


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
