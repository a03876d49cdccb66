"""The server's key is rotated while others file and complete; what is broken off is gone on with; nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from access.keys.keyring import KeyAbsent, parse_keyring
from access.keys.rotation import StillNeeded, put_in_force
from access.keys.stored_keys import HOUSE, NOTED
from access.keys.tables import sealed_key
from access.sign_in import second_factors
from api.app import create_app
from app import key_rotation
from app.container import Application, build
from app.key_noted import note_key, require_key
from app.server_key import KeyIsElsewhere
from app.settings import ROOT
from complaints.outward.webhooks import AddWebhook, house_key
from engine.case_work import SYSTEM
from engine.clock import MovableClock
from engine.commands.house_work import HouseWork
from engine.ids import RandomIds
from storage import migrate
from tests.support.application import COMPLAINT, OPENING, House, furnished, settings
from tests.support.keys import SERVER_KEY
from tests.support.stores import store_url


class Installation:
    """Two applications on one database that read the same key file, each for itself."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.file, clock = url, folder / "redress.key", MovableClock(OPENING)
        self.settings = settings(database_url=url, key=SecretStr(""), key_file=self.file)
        self.file.write_text(f"# kept\n{SERVER_KEY}\n")
        self.file.chmod(0o600)
        migrate.upgrade(url)
        first = build(self.settings, clock=clock, ids=RandomIds(clock))
        secrets = furnished(first)
        first.pipeline.run(HouseWork(note_key), SYSTEM)
        self.applications = [first]
        self.one, self.two = House(first, create_app(first), secrets), self._another(first, secrets, clock)

    def _another(self, first: Application, secrets: Any, clock: MovableClock) -> House:
        # An SQLite file has one writer in a process; a second process is another test.
        if self.url.startswith("sqlite"):
            first.database.close()
        found = build(self.settings, clock=clock, ids=RandomIds(clock))
        self.applications.append(found)
        return House(found, create_app(found), secrets)

    def versions(self) -> dict[int, int]:
        return dict(key_rotation.stored(self.two.application).sealed)

    def close(self) -> None:
        for each in self.applications:
            each.database.close()


@pytest.fixture(params=["sqlite-file", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    found = Installation(store_url(request.param, request, tmp_path), tmp_path)
    yield found
    found.close()


def test_others_file_and_complete_while_the_key_is_rotated(stored: Installation) -> None:
    """One process rotates; the other has read the key before, and meets the new version without a restart."""
    before = [stored.two.file("li.na")["id"] for _ in range(3)]
    waiting, during = list(before), list[str]()

    def meanwhile() -> None:
        during.append(stored.two.file("li.na")["id"])
        if waiting:
            stored.two.do("li.na", "acknowledge", waiting.pop(), {"acknowledgement_text": "We have it."})

    done = key_rotation.rotate(stored.one.application, between=meanwhile, together=2)
    assert (done.version, done.unreadable) == (2, ())
    assert done.count >= 3
    assert set(stored.versions()) == {2}, "what was filed meanwhile is sealed with the new version"
    for house in (stored.one, stored.two):
        for case in (*before, *during):
            assert house.person("li.na").get(f"/api/complaints/{case}")["subject"]
    assert parse_keyring(stored.file.read_text()).newest == 2
    assert stored.file.stat().st_mode & 0o777 == 0o600
    assert "# kept" in stored.file.read_text()


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_rotation_that_was_broken_off_is_gone_on_with(stored: Installation, steps: int) -> None:
    """Behind the new line in the file, the new version in force, the first keys that were sealed again."""
    cases = [stored.two.file("li.na")["id"] for _ in range(3)]
    key_rotation.new_version(stored.one.application)
    left = [steps]

    def until_the_end() -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    if steps:
        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate(stored.one.application, between=until_the_end, together=1)
    assert stored.two.person("li.na").get(f"/api/complaints/{cases[0]}")["subject"]
    assert stored.two.file("li.na")["id"]
    assert key_rotation.rotate(stored.two.application).version == 2
    assert set(stored.versions()) == {2}
    assert parse_keyring(stored.file.read_text()).versions.keys() == {1, 2}, "one new version, not two"


def test_all_that_the_key_seals_is_opened_behind_a_rotation(stored: Installation) -> None:
    """Second factors, secrets of webhooks, marks of places, the way to the institution's own accounts."""
    application = stored.one.application
    purposes = ("second factors", "sources", "webhooks", "sign-in elsewhere")

    def seal(desk: Any) -> dict[str, bytes]:
        keys = {purpose: desk.services.keys.of_house(desk.connection, purpose) for purpose in purposes}
        return {purpose: key.seal(purpose.encode()) for purpose, key in keys.items()}

    sealed = application.pipeline.run(HouseWork(seal), SYSTEM)
    hook = application.pipeline.run(AddWebhook("https://hooks.example/x"), SYSTEM)
    key_rotation.rotate(application)
    assert key_rotation.retire(application, 1)
    fresh = build(stored.settings, clock=application.clock, ids=application.ids)
    stored.applications.append(fresh)
    if stored.url.startswith("sqlite"):
        application.database.close()
    require_key(fresh)
    with fresh.database.read() as connection:
        for purpose in purposes:
            assert fresh.keys.of_house(connection, purpose).open(sealed[purpose]) == purpose.encode()
        assert second_factors.house_key(fresh.keys, connection)
        assert house_key(fresh.keys, connection)
    assert hook["secret"]


def test_a_version_is_retired_only_when_nothing_needs_it(stored: Installation) -> None:
    stored.two.file("li.na")
    application = stored.one.application
    with pytest.raises(StillNeeded, match="rotate first"):
        key_rotation.retire(application, 1)
    application.pipeline.run(HouseWork(lambda desk: put_new_in_force(desk, application)), SYSTEM)
    with pytest.raises(StillNeeded, match="still seals"):
        key_rotation.retire(application, 1)
    key_rotation.rotate(application)
    with pytest.raises(StillNeeded, match="Version 2"):
        key_rotation.retire(application, 2)
    assert key_rotation.retire(application, 1)
    assert parse_keyring(stored.file.read_text()).versions.keys() == {2}
    assert not key_rotation.retire(application, 1)


def put_new_in_force(desk: Any, application: Application) -> int:
    key_rotation.new_version(application)
    return put_in_force(desk.connection, application.keys)


def test_a_key_that_was_altered_is_told_and_stops_no_other(stored: Installation) -> None:
    bad, good = (stored.two.file("li.na")["id"] for _ in range(2))

    def alter(desk: Any) -> None:
        desk.connection.execute(update(sealed_key).where(sealed_key.c.name == bad).values(wrapped=b"\x01" + b"x" * 60))

    stored.one.application.pipeline.run(HouseWork(alter), SYSTEM)
    done = key_rotation.rotate(stored.one.application)
    assert done.unreadable == (bad,)
    assert stored.two.person("li.na").get(f"/api/complaints/{good}")["subject"]


def test_whoever_has_not_the_new_version_files_nothing_with_the_old_one(stored: Installation, tmp_path: Path) -> None:
    """Another machine with a file of its own: it says that it is not ready, and loses nothing."""
    old = tmp_path / "old.key"
    old.write_text(f"{SERVER_KEY}\n")
    old.chmod(0o600)
    application = stored.two.application
    application.keys._ask = lambda: parse_keyring(old.read_text())
    stored.two.file("li.na")
    key_rotation.rotate(stored.one.application)
    refused = stored.two.person("li.na").refused(503, "POST", "/api/complaints", {**COMPLAINT})
    assert refused["code"] == "not-ready"
    assert "key" not in refused["detail"]
    with application.database.read() as connection, pytest.raises(KeyAbsent):
        application.keys.of_house(connection, NOTED)
    old.write_text(stored.file.read_text())
    assert stored.two.file("li.na")["id"], "once the file was brought there, without a restart"
    with application.database.read() as connection:
        [version] = connection.execute(select(sealed_key.c.version).where(sealed_key.c.name == HOUSE + NOTED)).scalars()
    assert version == 2


def test_a_key_of_the_environment_is_rotated_by_whoever_keeps_it(tmp_path: Path) -> None:
    application = build(settings(database_url=f"sqlite:///{tmp_path / 'a.db'}"), clock=MovableClock(OPENING))
    furnished(application)
    application.pipeline.run(HouseWork(note_key), SYSTEM)
    with pytest.raises(KeyIsElsewhere, match=r"Add a line `2 SECRET` to it.*start those anew"):
        key_rotation.rotate(application)
    application.database.close()
    two = SecretStr(f"{SERVER_KEY}\n2 {'l' * 43}=")
    again = build(settings(database_url=f"sqlite:///{tmp_path / 'a.db'}", key=two), clock=MovableClock(OPENING))
    assert key_rotation.rotate(again).version == 2
    with pytest.raises(KeyIsElsewhere, match="Take the line of version 1 out of it"):
        key_rotation.retire(again, 1)
    again.database.close()


def test_another_process_rotates_while_this_one_files(tmp_path: Path) -> None:
    """Two processes on one file, as in a house: the server, and an operator's command."""
    found = Installation(f"sqlite:///{tmp_path / 'redress.db'}", tmp_path)
    filed = [found.two.file("li.na")["id"]]
    surroundings = {
        **os.environ, "REDRESS_DATABASE_URL": found.url, "REDRESS_KEY_FILE": str(found.file),
        "REDRESS_VAR_FOLDER": str(tmp_path),
    }  # fmt: skip
    command = [sys.executable, "-m", "app.cli", "keys", "rotate"]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            filed.append(found.two.file("li.na")["id"])
        out = running.communicate()[0]
    assert running.returncode == 0, out
    assert out.startswith("Version 2 seals")
    filed.append(found.two.file("li.na")["id"])
    with found.two.application.database.read() as connection:
        rows = {row.name: row.version for row in connection.execute(select(sealed_key))}
    assert {rows[case] for case in filed} == {2}
    found.close()
