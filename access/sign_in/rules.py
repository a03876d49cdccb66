"""What the institution asks of those who sign in, and which of its own groups are teams; read from `posts.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from access.policy import Role


@dataclass(frozen=True)
class SignInRules:
    """In force at once, like all of `posts.toml`."""

    second_factor: frozenset[Role] = frozenset()
    """Who has one of these roles signs in with a second factor."""
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Group of the institution's own accounts -> the teams whose members it lists."""

    def demands_second_factor(self, roles: Collection[Role]) -> bool:
        """Say whether somebody with these roles needs a second factor."""
        return not self.second_factor.isdisjoint(roles)

    @property
    def mapped_teams(self) -> frozenset[str]:
        """The teams that follow the groups; all others are given by hand."""
        return frozenset(team for teams in self.groups.values() for team in teams)

    def teams_of(self, groups: Collection[str]) -> frozenset[str]:
        """Return the teams that somebody in these groups belongs to."""
        return frozenset(team for group in groups for team in self.groups.get(group, ()))
