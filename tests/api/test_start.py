"""What a server does before it takes the first request."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.routing import iter_route_contexts

from app.assembly import prepare
from app.container import build
from app.listening import CannotListen, listening
from app.serve import serve
from storage import migrate
from storage.errors import StoreError
from tests.support.application import House, settings
from tests.support.keys import SERVER_KEY

ROOT = Path(__file__).resolve().parents[2]


def test_a_server_refuses_a_database_that_was_never_migrated(tmp_path: Path) -> None:
    here = settings(database_url=f"sqlite:///{tmp_path / 'empty.db'}", var_folder=tmp_path)
    with pytest.raises(StoreError) as refused:
        serve(here)
    file = tmp_path / "empty.db"
    assert refused.value.message == (
        f"There is no database: {file}. "
        "Set REDRESS_DATABASE_URL to the one that you mean; `redress init` makes a new one."
    )
    assert list(tmp_path.iterdir()) == []
    file.touch()
    with pytest.raises(StoreError) as refused:
        serve(here)
    assert refused.value.message == (
        f"The database is at revision none, this program needs {migrate.head()}. Run `redress migrate` first."
    )


def test_a_server_has_read_every_process_in_force_before_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings(database_url=f"sqlite:///{tmp_path / 'started.db'}", var_folder=tmp_path, port=free_port())
    prepare(here)
    publisher = build(here)
    published = {publication.version.id for publication in publisher.publish_folder()}
    publisher.database.close()
    assert len(published) > 1
    application, read = build(here), []
    served: list[Any] = []

    def listen(server: uvicorn.Server, _sockets: list[socket.socket]) -> None:
        read.append(set(application.versions._compiled))
        served.append(server.config.app)

    monkeypatch.setattr(uvicorn.Server, "run", listen)
    serve(here, application)
    assert read == [published]
    assert _mounted_more_than_once(served[0]) == []
    assert House(application, served[0], {}).http.get("/track").status_code == 200


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "another program listens there already. Stop it, or choose another port with REDRESS_PORT."),
        ("203.0.113.7", "this machine has no such address. Set REDRESS_HOST to one that it has."),
        ("no-such-host.invalid", "no such address is known. Set REDRESS_HOST to an address of this machine."),
    ],
)
def test_a_server_that_cannot_listen_says_so_in_one_line_and_fires_nothing(
    tmp_path: Path, host: str, reason: str
) -> None:
    here = settings(database_url=f"sqlite:///{tmp_path / 'held.db'}", var_folder=tmp_path)
    prepare(here)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = {
            **os.environ, "REDRESS_DATABASE_URL": here.database_url, "REDRESS_VAR_FOLDER": str(tmp_path),
            "REDRESS_HOST": host, "REDRESS_PORT": str(port), "REDRESS_LOG_LEVEL": "ERROR", "REDRESS_KEY": SERVER_KEY,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", "serve"], env=environment, cwd=ROOT,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.stderr == f"Cannot listen on {host}:{port}: {reason}\n"
    assert done.returncode == 1


def test_every_address_of_a_host_is_listened_on_and_given_back() -> None:
    port = free_port()
    with listening("127.0.0.1", port) as sockets:
        assert [each.getsockname() for each in sockets] == [("127.0.0.1", port)]
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5),
            pytest.raises(CannotListen),
            listening("127.0.0.1", port),
        ):
            raise AssertionError("one port was taken twice")
    with listening("127.0.0.1", port) as again:
        assert len(again) == 1


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _mounted_more_than_once(app: Any) -> list[tuple[str, str]]:
    """Return every route (method and path) that the application has twice."""
    found = [
        (str(method), str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in (getattr(context, "methods", None) or ("any",))
    ]
    return [route for route, times in Counter(found).items() if times > 1]
