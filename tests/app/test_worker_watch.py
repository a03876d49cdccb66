"""A worker with a port of its own says how it is, and gives its figures to whoever may read them."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

import pytest

from tests.replay.server import Server
from tests.support.postgres import PostgresServer

TOKEN = "0123456789abcdef0123"


@pytest.fixture
def worker(postgres_server: PostgresServer, tmp_path: Path) -> Server:
    """A worker that has not begun yet, on a database of its own."""
    environment = {"REDRESS_DATABASE_URL": postgres_server.create(), "REDRESS_METRICS_TOKEN": TOKEN}
    found = Server(tmp_path, arguments=("worker",), environment=environment)
    found.environment = {**found.environment, "REDRESS_WORKER_PORT": str(found.port)}
    assert found.run("init", "--administrator", "admin", "--name", "Admin").returncode == 0
    return found


def asked(port: int, path: str, token: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={} if token is None else {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_worker_tells_how_it_is_and_nothing_of_complaints(worker: Server) -> None:
    worker.start()
    try:
        assert asked(worker.port, "/healthz") == (200, '{"status":"alive"}')
        status, checks = asked(worker.port, "/readyz")
        assert (status, '"deadlines":"ok"' in checks, '"outbox":"ok"' in checks) == (200, True, True)
        assert asked(worker.port, "/metrics")[0] == 401
        assert asked(worker.port, "/metrics", "x" * 20)[0] == 401
        status, figures = asked(worker.port, "/metrics", TOKEN)
        assert status == 200
        assert 'redress_loop_last_beat_timestamp_seconds{loop="deadlines"}' in figures
        assert "redress_due_backlog 0.0" in figures
        for path in ("/", "/api/complaints", "/api/openapi.json", "/track"):
            assert asked(worker.port, path, TOKEN)[0] == 404
    finally:
        worker.stop()


def test_a_port_that_is_taken_is_refused_before_anything_fires(worker: Server) -> None:
    with socket.create_server(("127.0.0.1", worker.port)):
        done = worker.run("worker")
    assert (done.returncode, done.stdout) == (1, "")
    assert "choose another port with REDRESS_WORKER_PORT" in done.stderr
