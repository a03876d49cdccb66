"""Who is away, and who is back: what `redress user` writes down of it."""

from __future__ import annotations

from datetime import datetime

from access import people, posts
from engine.errors import Conflict, Unfit
from engine.expressions.timer_text import TimerError, parse_instant
from engine.pipeline import Desk


def go_away(desk: Desk, login: str, *, until: str, since: str = "", note: str = "") -> str:
    """Note an absence from `since` (now without it) to `until`, instants with their zone; return what to print.

    Raises UnknownPerson, UnfitAbsence where it ends before it starts, Unfit for a text that is no instant, a time that
    is over and an account that is closed. Repeating adds another; they may overlap.
    """
    end = _instant(until, "--until")
    start = _instant(since, "--from") if since else desk.now.astimezone(end.tzinfo)
    if end <= desk.now:
        raise Unfit(f"The time in --until is over already: {until}.")
    if not people.get(desk.connection, login).active:
        raise Unfit(f"The account {login} is closed; who has left is away for good.")
    posts.add_absence(desk.connection, login, start_at=start, end_at=end, note=note.strip(), ids=desk.ids)
    return f"{login} is away from {_told(start)} until {_told(end)}."


def come_back(desk: Desk, login: str) -> str:
    """End what absence runs now; return what to print. Raises UnknownPerson, and Conflict where none runs."""
    ended = posts.come_back(desk.connection, login, now=desk.now)
    ahead = posts.absences(desk.connection, login, now=desk.now)
    later = f" Away again from {_told(ahead[0].start_at)}." if ahead else ""
    if not ended:
        raise Conflict(f"{login} is not away now; nothing was changed.{later}")
    return f"{login} is back.{later}"


def _instant(text: str, option: str) -> datetime:
    """Return the instant in the zone in which it was written."""
    try:
        return parse_instant(text).astimezone(datetime.fromisoformat(text).tzinfo)
    except TimerError as fault:
        raise Unfit(f"{option}: {fault}. {fault.advice}") from None


def _told(at: datetime) -> str:
    return at.isoformat(timespec="seconds" if at.second else "minutes")
