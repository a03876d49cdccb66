"""Teams and posts of the institution, read from `bpmn/posts.toml` (format: docs/process-owner/posts.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from escalation.config_section import Section, parse_toml
from escalation.labels import Labels
from escalation.refusals import ConfigProblem, UnknownPost


@dataclass(frozen=True)
class Team:
    """A staff group behind a lane."""

    name: str
    labels: Labels
    head: str | None
    """The post that decides for the department, if there is one."""


@dataclass(frozen=True)
class Post:
    """A named position in a team."""

    name: str
    team: str
    labels: Labels
    next: str | None
    """The post above it, None at the top."""
    outside: bool
    """Held by somebody from outside: asked only where a conflict of interest kept somebody below from acting."""


@dataclass(frozen=True)
class Posts:
    """All teams and posts; every name that one of them mentions exists, and no way upward runs in a circle."""

    teams: Mapping[str, Team]
    posts: Mapping[str, Post]

    def post(self, name: str) -> Post:
        """Return a post. Raises UnknownPost."""
        if name not in self.posts:
            raise UnknownPost(f"posts.toml defines no post {name!r}", post=name, known=list(self.posts))
        return self.posts[name]

    def team(self, name: str) -> Team:
        """Return a team. Raises UnknownPost."""
        if name not in self.teams:
            raise UnknownPost(f"posts.toml defines no team {name!r}", team=name, known=list(self.teams))
        return self.teams[name]

    def upward(self, name: str) -> tuple[Post, ...]:
        """Return a post and those above it, lowest first. Raises UnknownPost."""
        way = [self.post(name)]
        while (above := way[-1].next) is not None:
            way.append(self.posts[above])
        return tuple(way)


def load_posts(file: Path) -> Posts:
    """Return what a posts file says. Raises ConfigProblem where it cannot be read or used."""
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise ConfigProblem(file=file.name, key="", reason=f"cannot be read: {fault.strerror}") from fault
    return parse_posts(content, file=file.name)


def parse_posts(content: bytes, *, file: str) -> Posts:
    """Return the teams and posts of a TOML document. Raises ConfigProblem (file, key, reason), nothing else."""
    top = parse_toml(content, file=file)
    team_tables, post_tables = top.named_sections("teams"), top.named_sections("posts")
    top.finish()
    names = frozenset(name for name, _ in post_tables)
    teams = {name: _team(name, table, names) for name, table in team_tables}
    posts = {name: _post(name, table, posts=names, teams=frozenset(teams)) for name, table in post_tables}
    tables = dict(post_tables)
    for name in posts:
        _refuse_circle(name, posts, tables[name])
    return Posts(teams=teams, posts=posts)


def _team(name: str, table: Section, posts: frozenset[str]) -> Team:
    team = Team(name=name, labels=table.labels("labels"), head=table.text("head") if table.has("head") else None)
    table.finish()
    if team.head is not None and team.head not in posts:
        raise table.problem("head", f"{team.head!r} is no post of this file")
    return team


def _post(name: str, table: Section, *, posts: frozenset[str], teams: frozenset[str]) -> Post:
    post = Post(
        name=name,
        team=table.text("team"),
        labels=table.labels("labels"),
        next=table.text("next") if table.has("next") else None,
        outside=table.flag("outside", False),
    )
    table.finish()
    if post.team not in teams:
        raise table.problem("team", f"{post.team!r} is no team of this file")
    if post.next is not None and post.next not in posts:
        raise table.problem("next", f"{post.next!r} is no post of this file")
    if post.outside and post.next is not None:
        raise table.problem("next", "cannot follow an outside post: it is the last that is asked")
    return post


def _refuse_circle(start: str, posts: Mapping[str, Post], table: Section) -> None:
    way = [start]
    while (above := posts[way[-1]].next) is not None:
        if above in way:
            raise table.problem("next", f"leads in a circle: {' -> '.join([*way, above])}")
        way.append(above)
