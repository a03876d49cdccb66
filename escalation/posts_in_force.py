"""Teams and posts as they are in force now: who holds them asks anew each time, and a change reaches all at once."""

from __future__ import annotations

from collections.abc import Mapping

from access.policy import Duty
from access.rights import HouseRules, Standing, Verb
from escalation.posts import Post, Posts, Team


class RulesInForce(HouseRules):
    """What the institution trusts its people with, as the posts in force say."""

    def __init__(self, posts: PostsInForce) -> None:
        """Follow these posts."""
        object.__setattr__(self, "_posts", posts)

    @property
    def duties(self) -> Mapping[str, frozenset[Duty]]:
        """Team -> what its members are trusted with."""
        return self._now.duties

    @property
    def may(self) -> Mapping[Verb, frozenset[Standing]]:
        """Who may do what."""
        return self._now.may

    @property
    def _now(self) -> HouseRules:
        posts: PostsInForce = self.__dict__["_posts"]
        return posts.now.rules


class PostsInForce(Posts):
    """What `posts.toml` says, replaced as a whole when the file changes. Safe to share between threads.

    Each answer is of one file: whatever is looked up asks `now` once. Who needs several that fit together takes `now`.
    """

    def __init__(self, first: Posts) -> None:
        """Begin with these."""
        object.__setattr__(self, "now", first)
        object.__setattr__(self, "_rules", RulesInForce(self))

    now: Posts
    """The teams and posts of this moment; they never change, another takes their place."""

    def take(self, posts: Posts) -> None:
        """Put others into force, for everybody at once."""
        object.__setattr__(self, "now", posts)

    @property
    def teams(self) -> Mapping[str, Team]:
        """All teams."""
        return self.now.teams

    @property
    def posts(self) -> Mapping[str, Post]:
        """All posts."""
        return self.now.posts

    @property
    def rules(self) -> HouseRules:
        """What teams are trusted with, and who may do what to a case; follows what is in force."""
        rules: HouseRules = self.__dict__["_rules"]
        return rules

    @property
    def duty(self) -> str:
        """The post that looks after a case nobody has taken yet."""
        return self.now.duty

    @property
    def outside(self) -> str:
        """The post that decides where everybody inside is kept apart from the decision."""
        return self.now.outside

    @property
    def last_resort(self) -> str:
        """The team that hears of it when no post on the way upward is filled."""
        return self.now.last_resort

    @property
    def stand_in(self) -> str:
        """The post that acts for one that a process names and nothing here defines: the head of the last resort."""
        return self.now.stand_in

    def post(self, name: str) -> Post:
        """Return a post. Raises UnknownPost."""
        return self.now.post(name)

    def team(self, name: str) -> Team:
        """Return a team. Raises UnknownPost."""
        return self.now.team(name)

    def upward(self, name: str) -> tuple[Post, ...]:
        """Return a post and those above it, lowest first. Raises UnknownPost."""
        return self.now.upward(name)
