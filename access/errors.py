"""Refusals about people, posts and credentials: plain exceptions, told to the world by the floors below."""

from __future__ import annotations


class AccessError(Exception):
    """This cannot be done with people, posts or credentials."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        super().__init__(self.message)


class UnknownPerson(AccessError):
    """Nobody has this id."""


class UnfitPerson(AccessError):
    """A person needs a name and one of the languages of the installation."""


class UnknownRole(AccessError):
    """There is no such role."""


class PostHeld(AccessError):
    """Somebody else holds this post; a post has one holder."""


class UnfitDeputy(AccessError):
    """Nobody is the deputy of themselves."""


class UnfitAbsence(AccessError):
    """An absence ends after it starts."""
