"""Teams and posts as they are in force now: replaced as a whole when `posts.toml` changes."""

from __future__ import annotations

from escalation.posts import Posts


class PostsInForce:
    """Holds the posts of this moment. Safe to share between threads.

    Whoever needs several answers that fit together takes `now` once: what it holds never changes, another takes its
    place.
    """

    now: Posts

    def __init__(self, first: Posts) -> None:
        self.now = first
