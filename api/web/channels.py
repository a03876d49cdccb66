"""How and when a complaint came, as staff say it who write it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.web.posted import Posted
from api.web.visit import Visit
from complaints.intake.ways_in import NOT_A_WAY_IN
from forms.local_time import from_local


@dataclass(frozen=True)
class CaseChannel:
    """One way in."""

    value: str
    """`campus/channel`."""
    label: str


def channels(here: Visit) -> list[CaseChannel]:
    """Return every way in of every campus, in the visitor's language."""
    book = here.site.shared.library.calendars
    several = len(here.site.shared.library.zones) > 1
    found = []
    for name in book.names:
        if name.rpartition("/")[2] == NOT_A_WAY_IN:
            continue
        timeline = book.timeline(name)
        label = timeline.channel.labels.said_in(here.language)
        campus = timeline.campus.labels.said_in(here.language)
        found.append(CaseChannel(name, f"{campus} · {label}" if several else label))
    return found


def received_at(here: Visit, sent: Posted) -> tuple[datetime | None, bool]:
    """Return the instant that was typed (None: now), and whether it is no time."""
    typed = sent.text("_received_at").strip()
    if not typed:
        return None, False
    instant = from_local(typed, here.site.zone)
    at = datetime.fromisoformat(instant) if instant else None
    return at, at is None
