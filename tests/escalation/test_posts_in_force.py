"""Posts that change while somebody asks for them: each answer is of one file, the one before or the one after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from escalation.posts import Posts
from escalation.posts_in_force import PostsInForce
from tests.escalation.test_posts import GOOD, posts_from

RENAMED: dict[str, Any] = {
    **GOOD,
    "teams": {**GOOD["teams"], "service": {**GOOD["teams"]["service"], "head": "first"}},
    "posts": {
        "first": {**GOOD["posts"]["low"], "next": "second"},
        "second": {**GOOD["posts"]["high"], "next": "away"},
        "away": GOOD["posts"]["out"],
    },
}
"""The same posts under other names."""


class Changing(dict[str, Any]):
    """A table of one file: as soon as something was looked up in it, the next file is in force."""

    after: Callable[[], None]

    def __getitem__(self, key: str) -> Any:
        found = super().__getitem__(key)
        self.after()
        return found


def changing() -> tuple[PostsInForce, Posts, Posts]:
    """Return posts that are replaced in the middle of the first answer, and the old and the new ones."""
    old, new = posts_from(GOOD), posts_from(RENAMED)
    posts, teams = Changing(old.posts), Changing(old.teams)
    in_force = PostsInForce(replace(old, posts=posts, teams=teams))
    posts.after = teams.after = lambda: in_force.take(new)
    return in_force, old, new


ASKED: dict[str, tuple[Callable[[Posts], Any], Callable[[Posts], Any]]] = {
    "the way upward": (lambda posts: posts.upward("low"), lambda posts: posts.upward("first")),
    "the post that stands in": (lambda posts: posts.stand_in, lambda posts: posts.stand_in),
    "a post": (lambda posts: posts.post("high"), lambda posts: posts.post("second")),
    "a team": (lambda posts: posts.team("service"), lambda posts: posts.team("service")),
}


@pytest.mark.parametrize("what", ASKED)
def test_an_answer_under_way_is_of_the_file_it_began_with_and_the_next_of_the_new_one(what: str) -> None:
    first, then = ASKED[what]
    in_force, old, new = changing()
    assert first(in_force) == first(old)
    assert (in_force.now, then(in_force)) == (new, then(new))


def test_nothing_that_posts_answer_is_put_together_from_several_files() -> None:
    """What `Posts` learns to answer has to be asked of one file here too."""
    fields = set(Posts.__dataclass_fields__)
    answers = {name for name, held in vars(Posts).items() if isinstance(held, property) or callable(held)}
    public = fields | {name for name in answers if not name.startswith("_")}
    assert public <= set(vars(PostsInForce))
    assert {"upward", "stand_in", "rules"} <= public
