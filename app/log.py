"""Structured logs, one JSON object a line. They carry ids of cases and requests, never what people wrote.

What an exception says may quote a complaint, or the row that could not be stored: the log names its kind and the way
to it, and the words of the system alone.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import psycopg
import structlog
from structlog.typing import ExcInfo, Processor

OF_THE_SYSTEM = (OSError, sqlite3.OperationalError)
"""Exceptions that speak of files, addresses and locks, and never quote anybody."""
UNREACHED = psycopg.OperationalError
"""The same of PostgreSQL, as long as it has no `sqlstate`: nothing has answered, so nothing is quoted."""


def configure(level: str = "INFO") -> None:
    """Send all logs of the process to standard error as JSON. Repeating is safe."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(told),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    # It says what an exception says beside the exception itself.
    logging.getLogger("asyncio").addFilter(_without_arguments)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    # A beat left out because the last one still works is how the metronome is meant to be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _without_arguments(record: logging.LogRecord) -> bool:
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def told(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Return an exception and what caused it, outermost first: `type`, `at` (file, line and function of each frame).

    `reason` is what the exception says, for those of the system alone; of what PostgreSQL has answered, which may quote
    a row, it is the code (`sqlstate 23505`). `of` holds the members of a group.
    """
    return [_one(each) for each in _chain(exc_info[1])]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _one(error: BaseException) -> dict[str, Any]:
    frames = (
        (frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in traceback.walk_tb(error.__traceback__)
    )
    found: dict[str, Any] = {
        "type": type(error).__qualname__,
        "at": [f"{file}:{line} {name}" for file, line, name in frames],
    }
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state:
        found["reason"] = f"sqlstate {state}"
    elif isinstance(error, (*OF_THE_SYSTEM, UNREACHED)):
        found["reason"] = str(error)
    if isinstance(error, BaseExceptionGroup):
        found["of"] = [_one(each) for each in error.exceptions]
    return found
