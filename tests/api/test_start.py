"""What a server does before it takes the first request."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.routing import iter_route_contexts

from app.container import build
from app.serve import prepare, serve
from storage import migrate
from storage.errors import StoreError
from tests.support.application import House, settings


def test_a_server_refuses_a_database_that_was_never_migrated(tmp_path: Path) -> None:
    here = settings(database_url=f"sqlite:///{tmp_path / 'empty.db'}", var_folder=tmp_path)
    with pytest.raises(StoreError) as refused:
        serve(here)
    assert refused.value.message == (
        f"The database is at revision none, this program needs {migrate.head()}. Run `redress migrate` first."
    )


def test_a_server_has_read_every_process_in_force_before_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings(database_url=f"sqlite:///{tmp_path / 'started.db'}", var_folder=tmp_path)
    prepare(here)
    publisher = build(here)
    published = {publication.version.id for publication in publisher.publish_folder()}
    publisher.database.close()
    assert len(published) > 1
    application, read = build(here), []
    served: list[Any] = []

    def listen(server: uvicorn.Server) -> None:
        read.append(set(application.versions._compiled))
        served.append(server.config.app)

    monkeypatch.setattr(uvicorn.Server, "run", listen)
    serve(here, application)
    assert read == [published]
    assert _mounted_more_than_once(served[0]) == []
    assert House(application, served[0], {}).http.get("/track").status_code == 200


def _mounted_more_than_once(app: Any) -> list[tuple[str, str]]:
    """Return every route (method and path) that the application has twice."""
    found = [
        (str(method), str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in (getattr(context, "methods", None) or ("any",))
    ]
    return [route for route, times in Counter(found).items() if times > 1]
