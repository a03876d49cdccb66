"""Teams and posts of the institution, read from `bpmn/posts.toml` (format: docs/process-owner/posts.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from access.policy import Duty, Role
from access.rights import GIVEN, HouseRules, Standing, Verb
from access.sign_in.rules import SignInRules
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
    duties: frozenset[Duty] = frozenset()
    """What all its members are trusted with."""
    last_resort: bool = False
    """Hears of it when no post on the way upward is filled."""


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
    duty: bool = False
    """Looks after a case that nobody has taken yet (R-004-12)."""


@dataclass(frozen=True)
class Posts:
    """All teams and posts; every name that one of them mentions exists, and no way upward runs in a circle."""

    teams: Mapping[str, Team]
    posts: Mapping[str, Post]
    rules: HouseRules
    """What teams are trusted with, and who may do what to a case."""
    duty: str
    """The post that looks after a case nobody has taken yet."""
    outside: str
    """The post that decides where everybody inside is kept apart from the decision."""
    last_resort: str
    """The team that hears of it when no post on the way upward is filled."""
    sign_in: SignInRules = field(default_factory=SignInRules)
    """What is asked of those who sign in."""

    @property
    def stand_in(self) -> str:
        """The post that acts for one that a process names and nothing here defines: the head of the last resort."""
        return self.teams[self.last_resort].head or self.outside

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
    return parse_posts(read_posts(file), file=file.name)


def read_posts(file: Path) -> bytes:
    """Return the bytes of a posts file. Raises ConfigProblem where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as fault:
        raise ConfigProblem(file=file.name, key="", reason=f"cannot be read: {fault.strerror}") from fault


def parse_posts(content: bytes, *, file: str) -> Posts:
    """Return the teams and posts of a TOML document. Raises ConfigProblem (file, key, reason), nothing else."""
    top = parse_toml(content, file=file)
    team_tables, post_tables = top.named_sections("teams"), top.named_sections("posts")
    for name in ("may", "sign_in", "groups"):  # read last: what is wrong with a team or a post is told first
        top.has(name)
    top.finish()
    names = frozenset(name for name, _ in post_tables)
    teams = {name: _team(name, table, names) for name, table in team_tables}
    posts = {name: _post(name, table, posts=names, teams=frozenset(teams)) for name, table in post_tables}
    tables = dict(post_tables)
    for name in posts:
        _refuse_circle(name, posts, tables[name])
    rules = HouseRules(
        duties={name: team.duties for name, team in teams.items()},
        may=_may(top.section("may")),
        outside=next((post.name for post in posts.values() if post.outside), None),
        # Nobody from outside stands in for somebody who is away.
        above={p.name: p.next for p in posts.values() if p.next is not None and not posts[p.next].outside},
    )
    if not rules.teams_with(Duty.TAKES_IN):
        raise top.problem("teams", "needs a team with takes_in = true, else nobody can own a case")
    return Posts(
        teams=teams,
        posts=posts,
        rules=rules,
        duty=_only(top, "posts", "duty", [post.name for post in posts.values() if post.duty]),
        outside=_only(top, "posts", "outside", [post.name for post in posts.values() if post.outside]),
        last_resort=_only(top, "teams", "last_resort", [team.name for team in teams.values() if team.last_resort]),
        sign_in=_sign_in(top, frozenset(teams)),
    )


def _sign_in(top: Section, teams: frozenset[str]) -> SignInRules:
    """Return what is asked of those who sign in; nothing where nothing is written."""
    roles: frozenset[Role] = frozenset()
    if top.has("sign_in"):
        table = top.section("sign_in")
        named = table.texts("second_factor") if table.has("second_factor") else ()
        known = {role.value: role for role in Role}
        for word in named:
            if word not in known:
                raise table.problem("second_factor", f"names {word!r:.60}; write one of {', '.join(known)}")
        table.finish()
        roles = frozenset(known[word] for word in named)
    groups: dict[str, frozenset[str]] = {}
    if top.has("groups"):
        table = top.section("groups")
        for group in table.names():
            groups[group] = frozenset(table.texts(group))
            for team in sorted(groups[group] - teams):
                raise table.problem(group, f"names {team!r:.60}, which is no team of this file")
        table.finish()
    return SignInRules(roles, groups)


def _only(top: Section, table: str, key: str, found: list[str]) -> str:
    if len(found) != 1:
        said = f"{' and '.join(found)} have it" if found else "none has it"
        raise top.problem(table, f"must have {key} = true exactly once, but {said}")
    return found[0]


def _team(name: str, table: Section, posts: frozenset[str]) -> Team:
    team = Team(
        name=name,
        labels=table.labels("labels"),
        head=table.text("head") if table.has("head") else None,
        duties=_duties(table),
        last_resort=table.flag("last_resort", False),
    )
    table.finish()
    if team.head is not None and team.head not in posts:
        raise table.problem("head", f"{team.head!r} is no post of this file")
    return team


def _duties(table: Section) -> frozenset[Duty]:
    sees = table.text("sees") if table.has("sees") else "asked"
    if sees not in ("all", "asked"):
        raise table.problem("sees", 'must be "all" (every ordinary case) or "asked" (cases in which it is asked)')
    held = {
        Duty.SEES_ALL: sees == "all",
        Duty.TAKES_IN: table.flag("takes_in", False),
        Duty.LEADS: table.flag("leads", False),
    }
    return frozenset(duty for duty, holds in held.items() if holds)


def _may(table: Section) -> Mapping[Verb, frozenset[Standing]]:
    """Return who may do what. Every verb is named: what nobody may do is written as []."""
    found = {}
    for verb in Verb:
        if not table.has(verb.key):
            raise table.problem(verb.key, f"is missing: say who may {verb.value}, [] for nobody")
        known = {standing.value: standing for standing in GIVEN}
        for word in table.texts(verb.key):
            if word not in known:
                raise table.problem(verb.key, f"names {word!r:.60}; write one of {', '.join(known)}")
        found[verb] = frozenset(known[word] for word in table.texts(verb.key))
    table.finish()
    return found


def _post(name: str, table: Section, *, posts: frozenset[str], teams: frozenset[str]) -> Post:
    post = Post(
        name=name,
        team=table.text("team"),
        labels=table.labels("labels"),
        next=table.text("next") if table.has("next") else None,
        outside=table.flag("outside", False),
        duty=table.flag("duty", False),
    )
    table.finish()
    if post.team not in teams:
        raise table.problem("team", f"{post.team!r} is no team of this file")
    if post.next is not None and post.next not in posts:
        raise table.problem("next", f"{post.next!r} is no post of this file")
    if post.outside and post.duty:
        raise table.problem(
            "duty", "cannot be given to the outside post, which is asked only in a conflict of interest"
        )
    if post.outside and post.next is not None:
        raise table.problem("next", "cannot follow an outside post: it is the last that is asked")
    return post


def _refuse_circle(start: str, posts: Mapping[str, Post], table: Section) -> None:
    way = [start]
    while (above := posts[way[-1]].next) is not None:
        if above in way:
            raise table.problem("next", f"leads in a circle: {' -> '.join([*way, above])}")
        way.append(above)
