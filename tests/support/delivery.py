"""Delivers what is to be told, to the last notice."""

from __future__ import annotations

from app.container import Application


def deliver_all(application: Application) -> None:
    """Deliver what is to be told by now: a pass stops for deadlines, so another follows while anything went out."""
    while application.deliver(lambda: True):
        pass
