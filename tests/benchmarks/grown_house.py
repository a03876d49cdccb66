"""A grown database as an installation that is measured: kept in a folder, and fit to be measured again.

In the folder stand `demo.db` and the demo's clock. Every run goes on when the one before it stopped: by a clock that is
set back what has happened would lie ahead, and by the machine's everything that waits would be overdue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, select, update

from access import tokens
from app.archiving import HOURLY
from app.assembly import application_for
from app.settings import Settings
from complaints.intake.filing import tracking_digest
from complaints.tables import complaint
from engine.case_work import SYSTEM
from engine.clock import SystemClock
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from engine.tables import instance
from escalation.scheduled import finish, take
from tests.benchmarks.grow import AT, Wanted, grow_file, set_clock
from tests.replay.server import Server
from tests.support.keys import SERVER_KEY

CLOCK = SystemClock()
NEVER = timedelta(days=3650)
CODE = "BENCHGROWTH00001"
"""The tracking code that one of the cases is given."""


@dataclass(frozen=True)
class Known:
    """What whoever measures has to know of the cases."""

    tokens: dict[str, str]
    """By login."""
    open_case: str
    closed_case: str


@dataclass(frozen=True)
class GrownHouse:
    """The folder with the database."""

    folder: Path

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "demo.db"

    @property
    def settings(self) -> Settings:
        """Those of a server in demo mode, by the clock that was grown with the cases."""
        return Settings(
            database_url=f"sqlite:///{self.file}", demo=True, var_folder=self.folder, secure_cookies=False,
            key=SecretStr(SERVER_KEY),
        )  # fmt: skip

    def server(self) -> Server:
        """Return a server on the database, not started."""
        environment = {
            "REDRESS_DATABASE_URL": self.settings.database_url, "REDRESS_DEMO": "true", "REDRESS_KEY": SERVER_KEY,
        }  # fmt: skip
        return Server(self.folder, arguments=("serve",), environment=environment)

    def grown(self, cases: int) -> bool:
        """Grow the database unless it is there already; say whether it was grown. One that was interrupted is not."""
        if self.file.exists():
            return False
        grow_file(self.file, Wanted(cases))
        return True

    def go_on(self) -> datetime:
        """Set the clock to where the last run stopped writing, and return that instant."""
        at = max(AT, self._last_written())
        set_clock(self.folder, at)
        return at

    def _last_written(self) -> datetime:
        clock = self.folder / "demo-clock.json"
        if not clock.exists():
            return AT
        files = [self.file, self.file.with_name("demo.db-wal")]
        last = max(file.stat().st_mtime for file in files if file.exists())
        lead = timedelta(microseconds=json.loads(clock.read_text(encoding="utf-8"))["lead_us"])
        return datetime.fromtimestamp(last, UTC) + lead

    def furnished(self, *logins: str) -> Known:
        """Issue tokens, give a case a tracking code that is known, and let nothing be archived by the way.

        Repeating is safe. Three in four of the cases would be archived in the background while others are measured.
        """
        application = application_for(self.settings)

        def act(desk: Desk) -> Known:
            _know_by(desk.connection, CODE)
            period = take(desk.connection, HOURLY, desk.now + NEVER)
            if period is not None:
                finish(desk.connection, HOURLY, period)
            secrets = {
                who: tokens.issue(desk.connection, who, name="bench", ids=desk.ids, now=desk.now).secret
                for who in logins
            }
            # One of those that were grown, and the same whatever their number.
            grown = instance.c.received_at < AT
            cases = select(instance.c.case_id).where(grown).order_by(instance.c.case_id).limit(1)
            return Known(
                secrets,
                desk.connection.execute(cases.where(instance.c.ended_at.is_(None))).scalar_one(),
                desk.connection.execute(cases.where(instance.c.status == "closed")).scalar_one(),
            )

        try:
            found: Known = application.pipeline.run(HouseWork(act), SYSTEM)
        finally:
            application.database.close()
        return found


def _know_by(connection: Connection, code: str) -> None:
    digest = tracking_digest(code)
    if connection.execute(select(complaint.c.case_id).where(complaint.c.tracking_digest == digest)).first() is None:
        first = select(complaint.c.case_id).limit(1).scalar_subquery()
        connection.execute(update(complaint).where(complaint.c.case_id == first).values(tracking_digest=digest))
