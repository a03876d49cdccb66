"""A process that stops says goodbye, whatever becomes of what it does before."""

from __future__ import annotations

import pytest

import app.beating
from app.beating import beating
from escalation.heartbeat import heartbeats
from escalation.metronome import Loop
from escalation.pulse import VITAL
from tests.support.application import House, house
from tests.support.waiting import until


def there(redress: House) -> list[str]:
    """Return the roles of the processes that say that they are there."""
    with redress.application.database.read() as connection:
        return [each.role for each in heartbeats(connection)]


def test_it_says_goodbye_though_sending_cannot_be_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    redress = house()

    def fails() -> int:
        raise ValueError("nobody foresaw it")

    monkeypatch.setattr(app.beating, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(redress.application.outward, "finish", fails)
    vital = [Loop(name, lambda _going_on: 0, 0.05) for name in VITAL]
    seen: list[str] = []
    with pytest.raises(ValueError, match="nobody foresaw it"), beating(redress.application, "worker", vital):
        until(lambda: there(redress) == ["worker"], "it says that it is there")
        seen = there(redress)
    assert (seen, there(redress)) == (["worker"], [])


def test_who_stops_finishes_sending_behind_the_last_pass_and_before_it_says_goodbye(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redress = house()
    passes, seen = [0], list[tuple[int, list[str]]]()

    def count(_going_on: object) -> int:
        passes[0] += 1
        return 0

    def finish() -> int:
        seen.append((passes[0], there(redress)))
        return 0

    monkeypatch.setattr(app.beating, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(redress.application.outward, "finish", finish)
    vital = [Loop(name, count, 0.05) for name in VITAL]
    with beating(redress.application, "worker", vital):
        until(lambda: passes[0] > len(vital) and there(redress) == ["worker"], "it works")
    assert seen == [(passes[0], ["worker"])], "once, and nothing is begun behind it"
