"""`python -m tests.benchmarks.bench_statements`: what one completion asks of the database.

From the request to its answer, counted inside the process, on an SQLite file. Aims: at most 12 and one commit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from access import tokens
from api.answers import task_tag
from api.app import create_app
from app.container import build
from app.roster import seat
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from storage import migrate
from storage.counting import Counted, counted
from tests.benchmarks.bench_http import FORMS
from tests.benchmarks.machine import described
from tests.support.application import TestClient
from tests.support.application import settings as settings_for

STEPS = ("acknowledge", "verify", "respond", "plan", "carry_out", "send_result", "close_case")


def counts(folder: Path, *, everything: bool) -> int:
    """Print statements and commits of each step of a case; return the most statements of any completion."""
    application = build(settings_for(database_url=f"sqlite:///{folder / 'count.db'}", var_folder=folder))
    migrate.create(application.database)
    secret: list[str] = []

    def people(desk: Any) -> None:
        seat(desk.connection, desk.now)
        secret.append(tokens.issue(desk.connection, "li.na", name="count", ids=desk.ids, now=desk.now).secret)

    application.pipeline.run(HouseWork(people), SYSTEM)
    application.publish_folder()
    http = TestClient(create_app(application), headers={"Authorization": f"Bearer {secret[0]}"})
    body = {"subject": "-", "text": "-", "channel": "phone", "category": "other", "complainant": {"name": "-"}}
    most = 0

    def sent(path: str, content: Any, *, match: str | None = None, receipt: str | None = None) -> tuple[Any, Counted]:
        headers = {} if match is None else {"If-Match": match}
        if receipt is not None:
            headers["Authorization"] = f"Receipt {receipt}"
        with counted(application.database) as count:
            answer = http.post(path, json=content, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json(), count

    sent("/api/complaints", body)  # the first request reads the process from its bundle
    filed, count = sent("/api/complaints", body)
    _say("file", count, everything)
    tasks = http.get(f"/api/complaints/{filed['id']}").json()["tasks"]
    for element in STEPS:
        assert tasks[0]["element"] == element
        path = f"/api/tasks/{tasks[0]['id']}/complete"
        done, count = sent(path, {"data": FORMS[element]}, match=task_tag(tasks[0]["id"], tasks[0]["version"]))
        _say(element, count, everything)
        most = max(most, count.statements)
        assert count.commits == 1, element
        tasks = [done["next"]]
        if element == "send_result":
            _, count = sent("/api/track/satisfaction", {"satisfied": True}, receipt=filed["tracking_code"])
            _say("(satisfaction)", count, everything)
            tasks = http.get(f"/api/complaints/{filed['id']}").json()["tasks"]
    application.database.close()
    return most


def _say(what: str, count: Counted, everything: bool) -> None:
    print(f"  {what:<16} {count.statements:3d} statements  {count.commits} commit", flush=True)  # noqa: T201
    for sql in count.sql if everything else ():
        print(f"      {' '.join(sql.split())[:150]}")  # noqa: T201


def main() -> int:
    """Count, print, and return 0 when the aim is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_statements", description=__doc__)
    parser.add_argument("--sql", action="store_true", help="print each statement")
    given = parser.parse_args()
    for line in described():
        print(line)  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        most = counts(Path(folder), everything=given.sql)
    print(f"at most {most} statements a completion; the aim is 12")  # noqa: T201
    return 0 if most <= 12 else 1


if __name__ == "__main__":
    sys.exit(main())
