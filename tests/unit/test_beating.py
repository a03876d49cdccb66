"""A process that stops says goodbye, whatever becomes of what it does before."""

from __future__ import annotations

import pytest

from app.beating import beating
from escalation.heartbeat import heartbeats
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

    monkeypatch.setattr(redress.application.outward, "finish", fails)
    with pytest.raises(ValueError, match="nobody foresaw it"), beating(redress.application, "worker", []):
        until(lambda: there(redress) == ["worker"], "it says that it is there")
    assert there(redress) == []
