"""Who does which task: the assignee, the holder of the post, or somebody of the team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

READER = "chen.jing"
"""Of service and leadership and a supervisor: sees every case."""
RESPONDERS = ("li.na", "wang.fang", "kim.minji")


@dataclass(frozen=True)
class Staff:
    """The people of the demo."""

    tokens: Mapping[str, str]
    """Login -> token."""
    teams: Mapping[str, Sequence[str]]
    """Team -> logins."""
    posts: Mapping[str, str]
    """Post -> login."""

    @classmethod
    def of(cls, people: Sequence[Mapping[str, Any]]) -> Staff:
        """Read the card that the demo writes."""
        teams: dict[str, list[str]] = {}
        for person in people:
            for team in person["teams"]:
                teams.setdefault(team, []).append(person["login"])
        return cls(
            {person["login"]: person["token"] for person in people},
            {**teams, "service": list(RESPONDERS)},
            {post: person["login"] for person in people for post in person["posts"]},
        )

    def for_task(self, task: Mapping[str, Any], *, turn: int, barred: str | None) -> list[str]:
        """Return who may try a task, the first choice first: exactly one person where it is somebody's."""
        if task["assignee"]:
            return [task["assignee"]]
        if task["post"]:
            return [self.posts[task["post"]]]
        members = [login for login in self.teams[task["team"]] if login != barred]
        shift = turn % len(members)
        return members[shift:] + members[:shift]
