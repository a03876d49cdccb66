"""Commands of the command line that stand on record under the name of the operator who gives them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from access.policy import may_administer
from access.principals import principal
from app.assembly import application_for
from app.container import Application
from app.existing import chosen, require_schema
from app.settings import Settings
from engine.case_work import Actor
from engine.errors import Unfit


@contextmanager
def opened(*, demo: bool = False) -> Iterator[Application]:
    """Give the installation of the settings; its database is there and has the schema of this program."""
    settings = chosen(Settings(), demo=demo)
    require_schema(settings)
    application = application_for(settings)
    try:
        yield application
    finally:
        application.database.close()


def carry_out(command: Any, by: str, *, demo: bool = False) -> Any:
    """Carry a command out as the operator who is named, and return its answer. Raises Unfit where they are none."""
    with opened(demo=demo) as application:
        return application.pipeline.run(command, operator(application, by))


def operator(application: Application, by: str) -> Actor:
    """Return the operator who acts. Raises Unfit where they are none."""
    with application.database.read() as connection:
        who = principal(connection, by, now=application.now(), rules=application.posts.rules)
    if who is None or not may_administer(who):
        raise Unfit(f"{by} is no operator: name somebody with that role (`redress user add --role operator`).")
    return Actor("person", who)
