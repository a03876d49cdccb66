"""`[sign_in]` and `[groups]` of posts.toml: who needs a second factor, and which groups are teams."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.policy import Role
from access.sign_in.rules import SignInRules
from app.settings import ROOT
from escalation.posts import parse_posts
from escalation.refusals import ConfigProblem

SHIPPED = (Path(ROOT) / "bpmn" / "posts.toml").read_text(encoding="utf-8")


def rules(more: str) -> SignInRules:
    return parse_posts(f"{SHIPPED}\n{more}".encode(), file="posts.toml").sign_in


def test_nothing_is_demanded_of_anybody_where_nothing_is_written() -> None:
    assert rules("") == SignInRules()
    assert rules("[sign_in]\n[groups]\n") == SignInRules()
    assert not SignInRules().demands_second_factor(frozenset(Role))


def test_roles_and_groups_are_read_as_written() -> None:
    found = rules(
        '[sign_in]\nsecond_factor = ["operator"]\n[groups]\n"客服 部" = ["service"]\nboss = ["legal", "service"]'
    )
    assert found.demands_second_factor({Role.OPERATOR, Role.AUDITOR})
    assert not found.demands_second_factor({Role.AUDITOR})
    assert found.teams_of({"客服 部", "chess club"}) == {"service"}
    assert found.teams_of({"boss"}) == found.mapped_teams == {"legal", "service"}
    assert found.teams_of(set()) == frozenset()


@pytest.mark.parametrize(
    ("more", "key", "reason"),
    [
        ('[sign_in]\nsecond_factor = ["boss"]', "sign_in.second_factor", "names 'boss'"),
        ('[sign_in]\nsecond_factor = "operator"', "sign_in.second_factor", "must be a list of texts"),
        ("[sign_in]\nthird_factor = []", "sign_in.third_factor", ""),
        ('[groups]\ndesk = ["nobody"]', "groups.desk", "names 'nobody', which is no team of this file"),
        ('[groups]\ndesk = "service"', "groups.desk", "must be a list of texts"),
        ("sign_in = 1", "", ""),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(more: str, key: str, reason: str) -> None:
    content = f"{more}\n{SHIPPED}" if more.startswith("sign_in =") else f"{SHIPPED}\n{more}"
    with pytest.raises(ConfigProblem) as refused:
        parse_posts(content.encode(), file="posts.toml")
    assert key in str(refused.value)
    assert reason in str(refused.value)
