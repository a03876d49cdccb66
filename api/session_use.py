"""Keeps that a session is used: every few minutes, and nobody waits or fails for it."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from access import sessions
from access.sessions import Session
from api.context import Application, Settings
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from storage.errors import StoreBusy


def idle_for(settings: Settings) -> timedelta | None:
    """Return how long a session lasts without use; None in the demo, whose clock leaps."""
    return None if settings.demo else timedelta(minutes=settings.session_idle_minutes)


def note_session_use(application: Application, session: Session, secret: str) -> None:
    """Keep that the session of this secret is used now, where that was not kept lately. Repeating is safe."""
    now = application.clock.now()
    if not session.to_be_noted(now):
        return
    lasts = idle_for(application.settings)
    work = HouseWork(lambda desk: sessions.note_use(desk.connection, secret, now, idle_for=lasts))
    with contextlib.suppress(StoreBusy):
        application.pipeline.run(work, SYSTEM)
