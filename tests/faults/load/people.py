"""People who file, acknowledge and write without a pause, and remember what they were told has happened."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.replay.client import Answer, Client

PEOPLE = 3
THINKS = 0.25
"""Seconds between two requests of one person: the installation has work, and time for what falls due."""


class Refused(RuntimeError):
    """A server answered what nobody foresaw."""


@dataclass(frozen=True)
class Told:
    """What was acknowledged."""

    filed: dict[str, str] = field(default_factory=dict)
    """Subject -> id."""
    acknowledged: set[str] = field(default_factory=set)
    """Cases whose first task was completed."""
    letters: set[str] = field(default_factory=set)
    """Cases to whose complainant it was said that their letter is there."""

    def copy(self) -> Told:
        """Return what is told by now."""
        return Told(dict(self.filed), set(self.acknowledged), set(self.letters))


class Load:
    """Work on one installation, over all of its servers, until it is ended."""

    def __init__(self, clients: Sequence[Client], clerk: str, name: str) -> None:
        """Take who works where; the name makes subjects and keys those of this load."""
        self._clients, self._clerk, self._name = clients, clerk, name
        self._told, self._lock = Told(), threading.Lock()
        self._number, self._ended = 0, threading.Event()
        self._changed = threading.Condition(self._lock)
        """Of the two that follow. Whoever may begin counts as busy at once: nobody slips in between."""
        self._resting, self._busy = False, 0
        self._pool = ThreadPoolExecutor(PEOPLE, thread_name_prefix="load")
        self._people: list[Future[None]] = []

    def begin(self) -> None:
        """Begin to work."""
        self.go_on()
        self._people = [self._pool.submit(self._work) for _ in range(PEOPLE)]

    def end(self) -> None:
        """Finish what was begun. Raises what a person could not go on after."""
        self._ended.set()
        self.go_on()
        self._pool.shutdown()
        for each in self._people:
            each.result()

    def rest(self) -> None:
        """Begin nothing new, and return when nothing is under way."""
        with self._changed:
            self._resting = True
            self._changed.wait_for(lambda: self._busy == 0)

    def go_on(self) -> None:
        """End the rest."""
        with self._changed:
            self._resting = False
            self._changed.notify_all()

    def told(self) -> Told:
        """Return what people were told by now. Raises what one of them could not go on after."""
        for each in self._people:
            if each.done():
                each.result()
        with self._lock:
            return self._told.copy()

    def _work(self) -> None:
        while not self._ended.is_set():
            with self._changed:
                self._changed.wait_for(lambda: not self._resting)
                self._number += 1
                number, self._busy = self._number, self._busy + 1
            try:
                self._one(number, self._clients[number % len(self._clients)])
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _one(self, number: int, client: Client) -> None:
        subject = f"{self._name}-{number}"
        given = self._filed(client, subject)
        case, receipt = given["id"], given["tracking_code"]
        with self._lock:
            self._told.filed[subject] = case
        self._ended.wait(THINKS)
        self._acknowledge(client, case, subject)
        with self._lock:
            self._told.acknowledged.add(case)
        self._ended.wait(THINKS)
        letter = {"text": "One thing more."}
        key = f"{subject}-letter"
        _taken(client.call("POST", "/api/track/messages", receipt=receipt, body=letter, key=key), 201)
        with self._lock:
            self._told.letters.add(case)
        self._ended.wait(THINKS)

    def _filed(self, client: Client, subject: str) -> dict[str, str]:
        body = {"subject": subject, "text": "-", "channel": "phone", "category": "other", "complainant": {"name": "-"}}
        answer = client.call("POST", "/api/complaints", token=self._clerk, body=body, key=f"{subject}-filed")
        found: dict[str, str] = _taken(answer, 201).body
        return found

    def _acknowledge(self, client: Client, case: str, subject: str) -> None:
        path = f"/api/complaints/{case}"
        tasks = _taken(client.call("GET", path, token=self._clerk, kind="look"), 200).body["tasks"]
        (task,) = (each["id"] for each in tasks if each["element"] == "acknowledge")
        form = {"data": {"acknowledgement_text": "-", "contact_way": "phone"}}
        path, key = f"/api/tasks/{task}/complete", f"{subject}-acknowledged"
        _taken(client.call("POST", path, token=self._clerk, body=form, key=key, kind="complete"), 200)


def _taken(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise Refused(f"{answer.status} {str(answer.body)[:500]}")
    return answer
