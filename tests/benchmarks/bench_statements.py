"""`python -m tests.benchmarks.bench_statements`: what one completion asks of the database.

From the request to its answer, counted inside the process, on an SQLite file. Aims: at most 10 and one commit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.answers import task_tag
from api.app import create_app
from app.container import Application, build
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.pipeline import Desk
from storage import migrate
from storage.counting import Counted, counted
from tests.benchmarks.bench_http import FORMS
from tests.benchmarks.machine import described, say
from tests.support.application import TestClient, seated
from tests.support.application import settings as settings_for

STEPS = ("acknowledge", "verify", "respond", "plan", "carry_out", "send_result", "close_case")


def counts(folder: Path, *, everything: bool) -> int:
    """Print statements and commits of each step of a case; return the most statements of any completion."""
    application = build(settings_for(database_url=f"sqlite:///{folder / 'count.db'}", var_folder=folder))
    migrate.create(application.database)

    def people(desk: Desk) -> Mapping[str, str]:
        return seated(desk.connection, ids=desk.ids, now=desk.now)

    secrets = application.pipeline.run(HouseWork(people), SYSTEM)
    application.publish_folder()
    most = 0
    for element, count in steps_counted(application, secrets["li.na"]):
        _tell(element, count, everything)
        if element in STEPS:
            most = max(most, count.statements)
            assert count.commits == 1, element
    application.database.close()
    return most


def steps_counted(application: Application, token: str) -> Iterator[tuple[str, Counted]]:
    """File a complaint and complete its tasks; yield what each request asked of the database, by the element of its
    task, or what else it was."""
    http = TestClient(create_app(application), headers={"Authorization": f"Bearer {token}"})
    body = {"subject": "-", "text": "-", "channel": "phone", "category": "other", "complainant": {"name": "-"}}

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
    yield "file", count
    tasks = http.get(f"/api/complaints/{filed['id']}").json()["tasks"]
    for element in STEPS:
        assert tasks[0]["element"] == element
        path = f"/api/tasks/{tasks[0]['id']}/complete"
        done, count = sent(path, {"data": FORMS[element]}, match=task_tag(tasks[0]["id"], tasks[0]["version"]))
        yield element, count
        tasks = [done["next"]]
        if element == "send_result":
            _, count = sent("/api/track/satisfaction", {"satisfied": True}, receipt=filed["tracking_code"])
            yield "(satisfaction)", count
            tasks = http.get(f"/api/complaints/{filed['id']}").json()["tasks"]


def _tell(what: str, count: Counted, everything: bool) -> None:
    say(f"  {what:<16} {count.statements:3d} statements  {count.commits} commit")
    for sql in count.sql if everything else ():
        say(f"      {' '.join(sql.split())[:150]}")


def main() -> int:
    """Count, print, and return 0 when the aim is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_statements", description=__doc__)
    parser.add_argument("--sql", action="store_true", help="print each statement")
    given = parser.parse_args()
    for line in described():
        say(line)
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        most = counts(Path(folder), everything=given.sql)
    say(f"at most {most} statements a completion; the aim is 10")
    return 0 if most <= 10 else 1


if __name__ == "__main__":
    sys.exit(main())
