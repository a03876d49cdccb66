"""What a refusal is called, by its stable code; the words of each language stand in `problems.po`."""

from __future__ import annotations

from collections.abc import Mapping

from api.texts import marked

TITLES: Mapping[str, str] = {
    "refused": marked("The request cannot be carried out"),
    "not-found": marked("Not found, or not yours to see"),
    "forbidden": marked("This step belongs to somebody else"),
    "foreign-request": marked("The request lacks the session's own value"),
    "conflict": marked("The case has moved on"),
    "stale": marked("What you saw has changed"),
    "match-required": marked("Say which version you saw"),
    "unfit": marked("Some fields do not fit"),
    "too-far": marked("The time is too far away to be worked out"),
    "unknown-calendar": marked("No calendar for this campus or channel"),
    "unreadable-bundle": marked("The bundle cannot be read"),
    "not-publishable": marked("The bundle has errors; nothing was stored"),
    "unsafe": marked("This cannot be done safely yet"),
    "busy": marked("Busy; try again in a moment"),
    "not-ready": marked("The server is not ready"),
    "outcome-unknown": marked("It is not known whether this was done; look before you repeat it"),
    "step-failed": marked("An automatic step of the process failed"),
    "sign-in-required": marked("Sign in, or send a valid token"),
    "too-many": marked("Too many requests"),
    "bad-cursor": marked("The page cursor is not one of this list"),
    "key-reused": marked("This Idempotency-Key was used with another request"),
    "malformed": marked("The request cannot be read"),
    "not-json": marked("The request is not JSON"),
    "too-large": marked("The request is too large"),
    "too-slow": marked("The request came too slowly"),
    "unknown-host": marked("Not the name of this server"),
    "no-such-address": marked("There is no such address"),
    "wrong-method": marked("This address does not take this method"),
    "unexpected": marked("Something went wrong inside"),
}
"""Codes that are missing here are titled as the code of the class that they refine, at last as `refused`."""
