"""The log says what failed and where, and never what people wrote."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import structlog

from app.log import configure

SECRET = "My teacher shouted at me"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, settings = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**settings)


def fail(kind: type[Exception]) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise kind(f"INSERT ... {SECRET}") from error


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


@pytest.mark.parametrize("through", ["structlog", "logging"])
def test_an_exception_is_told_by_its_kind_and_place_without_its_words(
    capsys: pytest.CaptureFixture[str], through: str
) -> None:
    configure()
    log: Any = structlog.get_logger("x") if through == "structlog" else logging.getLogger("uvicorn.error")
    try:
        fail(RuntimeError)
    except RuntimeError:
        log.exception("failed")
    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("failed", "error")
    outer, inner = line["exception"]
    assert (outer["type"], inner["type"]) == ("RuntimeError", "ValueError")
    assert outer["at"][-1].endswith(" fail")
    assert SECRET not in json.dumps(line)


def test_what_the_system_says_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    for error in (OSError(28, "No space left on device"), sqlite3.OperationalError("database is locked")):
        structlog.get_logger("x").error("failed", exc_info=error)
    full, locked = lines(capsys)
    assert full["exception"][0]["reason"] == "[Errno 28] No space left on device"
    assert locked["exception"][0]["reason"] == "database is locked"


def test_the_members_of_a_group_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    group = ExceptionGroup(SECRET, [ValueError(SECRET), OSError(13, "Permission denied")])
    structlog.get_logger("x").error("failed", exc_info=group)
    (line,) = lines(capsys)
    assert [each["type"] for each in line["exception"][0]["of"]] == ["ValueError", "PermissionError"]
    assert SECRET not in json.dumps(line)


class Answered(Exception):
    """Something of another library that has a code, or none."""

    def __init__(self, said: str, sqlstate: str | None) -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


def test_of_what_postgresql_answers_only_the_code_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    known = psycopg.errors.UniqueViolation(f"Key (text)=({SECRET}) already exists")
    for error in (known, psycopg.OperationalError("connection refused")):
        structlog.get_logger("x").error("failed", exc_info=error)
    answered, unreached = lines(capsys)
    assert [each["exception"][0]["reason"] for each in (answered, unreached)] == [
        "sqlstate 23505",
        "connection refused",
    ]
    assert SECRET not in json.dumps(answered)


@pytest.mark.parametrize(
    "error",
    [Answered(SECRET, None), psycopg.DataError(f"cannot adapt {SECRET}"), psycopg.ProgrammingError(SECRET)],
)
def test_a_failure_without_a_code_is_told_by_its_kind_alone_where_it_may_quote_somebody(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    configure()
    structlog.get_logger("x").error("failed", exc_info=error)
    (line,) = lines(capsys)
    assert (line["exception"][0]["type"], "reason" in line["exception"][0]) == (type(error).__qualname__, False)
    assert SECRET not in json.dumps(line)


def test_what_asyncio_says_beside_an_exception_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    error = ValueError(SECRET)
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %r", error, exc_info=error)
    (line,) = lines(capsys)
    assert (line["event"], SECRET in json.dumps(line)) == ("Task exception was never retrieved", False)
