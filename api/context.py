"""What a request works with: the application behind it, who asks, in which language, at which instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from fastapi import Request
from pydantic import SecretStr

from access.policy import Principal
from api.limits import Buckets
from api.metrics import Metrics
from api.rates import Rates
from engine.case_work import COMPLAINANT, Actor
from engine.clock import Clock
from engine.errors import Refusal, SignInRequired
from engine.ids import Ids
from engine.pipeline import BeforeCommit, Pipeline
from engine.versions import Versions
from escalation.posts import Posts
from escalation.pulse import Pulse
from escalation.sweep import Sweep
from queries.reader import Library, Reader
from storage.database import Database
from storage.errors import StoreError


class Settings(Protocol):
    """What the API asks of the settings."""

    @property
    def demo(self) -> bool:
        """Whether the clock may be moved."""
        ...

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are sent over HTTPS only."""
        ...

    @property
    def max_body_bytes(self) -> int:
        """The largest request."""
        ...

    @property
    def hosts(self) -> Collection[str]:
        """The names under which this server is reached."""
        ...

    @property
    def requests_per_minute(self) -> int:
        """From one person."""
        ...

    @property
    def filings_per_minute(self) -> int:
        """Complaints, and wrong codes, from one source, over all processes."""
        ...

    @property
    def session_idle_minutes(self) -> int:
        """After how many minutes without use somebody is signed out."""
        ...

    @property
    def locale_folder(self) -> Path:
        """The catalogues of the three languages."""
        ...

    @property
    def metrics_token(self) -> SecretStr:
        """What a monitor sends to read the figures; empty where only operators read them."""
        ...


class Application(Protocol):
    """What the API asks of the composition root (`app.container.Application`)."""

    @property
    def settings(self) -> Settings:
        """What the installation has set."""
        ...

    @property
    def database(self) -> Database:
        """Where everything is kept."""
        ...

    @property
    def clock(self) -> Clock:
        """The present instant."""
        ...

    @property
    def ids(self) -> Ids:
        """Identifiers."""
        ...

    @property
    def pipeline(self) -> Pipeline:
        """The one way in which anything changes."""
        ...

    @property
    def versions(self) -> Versions:
        """Published processes."""
        ...

    @property
    def library(self) -> Library:
        """What every query looks things up in."""
        ...

    @property
    def posts(self) -> Posts:
        """The teams and posts that are in force now."""
        ...

    @property
    def sweep(self) -> Sweep:
        """Fires what is due."""
        ...

    @property
    def pulse(self) -> Pulse:
        """When each loop of this process last did its work."""
        ...

    @property
    def deliver(self) -> Callable[[Callable[[], bool]], int]:
        """Deliver what may go out now; asked between messages whether to go on. Returns how many went out."""
        ...


MOST_CREDENTIALS = 10_000
"""Credentials of which a process knows that they were used today."""


@dataclass(frozen=True)
class Shared:
    """What all requests of one process share; `app.state.shared`."""

    application: Application
    library: Library
    buckets: Buckets
    """What is about the load of this process alone."""
    rates: Rates
    """What all processes count together."""
    metrics: Metrics
    _used: dict[str, date] = field(default_factory=dict)

    def first_today(self, credential: str, today: date) -> bool:
        """Say whether this process sees the credential for the first time on this day."""
        known = self._used.get(credential)
        if len(self._used) > MOST_CREDENTIALS:
            self._used.clear()
        self._used[credential] = today
        return known != today


def shared_by(application: Application, metrics: Metrics) -> Shared:
    """Return what requests share, built once from the application, which `metrics` watches from now on."""
    metrics.watch(application.database, application.pulse)
    buckets = Buckets()
    rates = Rates(
        database=application.database, pipeline=application.pipeline, keys=application.library.keys,
        now=lambda: application.clock.now(), buckets=buckets,
    )  # fmt: skip
    return Shared(application=application, library=application.library, buckets=buckets, rates=rates, metrics=metrics)


@dataclass(frozen=True)
class RequestContext:
    """One request."""

    shared: Shared
    request: Request
    now: datetime
    language: str
    """zh-CN, ko or en: what the request asks for, else the person's own, else Chinese."""
    principal: Principal | None = None
    """None for the public."""
    language_asked: bool = False
    """Whether the request named a language."""
    receipt_of: str | None = None
    """The case whose tracking code came with the request, None where none did."""

    @property
    def application(self) -> Application:
        """The application behind."""
        return self.shared.application

    @property
    def who(self) -> Principal:
        """Return who has signed in. Raises SignInRequired."""
        if self.principal is None:
            raise SignInRequired
        return self.principal

    @property
    def actor(self) -> Actor:
        """Return who acts: the person, else the complainant."""
        return COMPLAINANT if self.principal is None else Actor("person", self.principal)

    @property
    def address(self) -> str:
        """Return the address of the peer. Which proxy is believed is for the server (app/http_server.py)."""
        return self.request.client.host if self.request.client else "unknown"

    @contextmanager
    def reading(self, *, language: str | None = None) -> Iterator[Reader]:
        """Give one snapshot to read from, in the request's language or another."""
        with self.application.database.read() as connection:
            yield Reader(connection, self.shared.library, self.now, language or self.language, self.principal)

    def run(self, command: Any, *, before_commit: BeforeCommit | None = None) -> Any:
        """Carry out a command as this request's actor and count its outcome. Raises its Refusal."""
        name = type(command).__name__
        try:
            answer = self.application.pipeline.run(command, self.actor, before_commit=before_commit)
        except Refusal as refusal:
            self.shared.metrics.count(name, refusal.code)
            raise
        except StoreError as error:
            self.shared.metrics.count(name, type(error).__name__)
            raise
        self.shared.metrics.count(name, "done")
        return answer
