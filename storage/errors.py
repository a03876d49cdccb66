"""Refusals of the store: plain exceptions, since this floor knows nothing of the refusals of the floors below."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do this."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        super().__init__(self.message)


class StoreBusy(StoreError):
    """The store is busy; nothing was changed. Try again in a moment."""


class StoreUnreachable(StoreBusy):
    """The database cannot be reached; nothing was changed. Try again in a moment."""


class StoreFull(StoreBusy):
    """The store has no room left; nothing was changed. Whoever runs it has to make room. Try again later."""


class OutcomeUnknown(StoreError):
    """The connection was lost while the change was being committed: look again before you repeat it."""


class StoreHeld(StoreError):
    """Another process already serves this database file."""


class UnknownStore(StoreError):
    """The database address is neither an SQLite nor a PostgreSQL address."""


class SchemaMissing(StoreError):
    """The migrations are not where the program expects them."""


class BadCursor(StoreError):
    """The page cursor is not one that this list has given out."""


class ForeignCursor(BadCursor):
    """This page cursor belongs to another list, or to other filters: begin this list without a cursor."""


class KeyReused(StoreError):
    """This Idempotency-Key was used before with another request."""
