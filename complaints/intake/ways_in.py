"""Whether a campus is there, and takes complaints through a channel: what filing and a corrected fact must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from engine.errors import UnknownCalendar
from engine.model.due import Calendars

NOT_A_WAY_IN = "staff"
"""The pseudo channel of the house's own hours."""


def way_in_fault(
    calendars: Calendars, campus: str, channel: str, *, said: Literal["campus", "channel"], now: datetime
) -> Mapping[str, Any] | None:
    """Return what is wrong with a campus and its channel, as a field that does not fit; None where both are there.

    `said` is the field that was given to be judged, where the campus is there and has no such channel: `channel` is
    `unknown`, with those of the campus; `campus` is `not-on-campus`, with the campuses that have the channel.
    """
    try:
        calendars.add(f"{campus}/{channel}", "wall", now, 0)
    except UnknownCalendar as unknown:
        known = [str(name).partition("/")[::2] for name in unknown.details.get("known", ())]
    else:
        return None
    campuses = list(dict.fromkeys(place for place, _ in known))
    if campuses and campus not in campuses:
        return {"field": "campus", "code": "unknown", "known": campuses}
    if said == "campus":
        return {"field": "campus", "code": "not-on-campus", "known": [place for place, way in known if way == channel]}
    ways = [way for place, way in known if place == campus and way != NOT_A_WAY_IN]
    return {"field": "channel", "code": "unknown", "known": ways}
