"""Dockerfile and compose.yaml fit this program, as far as a machine without a container engine can tell."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import typer
import yaml

from app.cli import app
from app.settings import ROOT, Settings
from storage.engines import store_url

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: Any = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
IMAGES = {"python:3.11-slim-trixie", "postgres:17"}
OURS = ("migrate", "serve", "worker")


def instructions() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage, name and rest, lines put together and comments left out."""
    kept = "\n".join(line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#"))
    stages: list[list[tuple[str, str]]] = []
    for line in kept.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, " ".join(rest.split())))
    return stages


def commands() -> set[str]:
    root: Any = typer.main.get_command(app)
    return set(root.commands)


def said(name: str) -> list[str]:
    """Return what an instruction says in the last stage, in order."""
    return [rest for found, rest in instructions()[-1] if found == name]


def test_every_instruction_is_one_that_there_is_and_every_stage_begins_with_a_plain_image() -> None:
    known = {"FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
             "ENTRYPOINT", "CMD"}  # fmt: skip
    assert {name for stage in instructions() for name, _ in stage} <= known
    images = [stage[0][1].partition(" AS ")[0] for stage in instructions()]
    assert len(images) == 2
    assert {*images, COMPOSE["services"]["database"]["image"]} == IMAGES


def test_what_is_copied_is_there_and_is_let_in_and_is_all_that_the_program_needs() -> None:
    copied = {
        source
        for stage in instructions()
        for name, rest in stage
        if name == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    }
    assert [source for source in copied if not (ROOT / source).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[1] == "*"
    assert let_in == copied
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert packages | {"alembic", "bpmn", "locale"} <= copied
    assert copied.isdisjoint({"var", ".git", "tests", ".env", "."})
    assert "**/.env" in ignored
    stages = {stage[0][1].partition(" AS ")[2] for stage in instructions()} - {""}
    from_stages = {
        rest.split()[0].removeprefix("--from=") for rest in said("COPY") if rest.startswith("--from=")
    }  # fmt: skip
    assert from_stages == stages


def test_the_locks_by_which_the_image_is_made_name_the_programs_that_it_removes() -> None:
    (removed,) = re.findall(r"pip uninstall -qq --yes ([^&]*) &&", " ".join(dict(instructions()[0])["RUN"].split()))
    lock = (ROOT / "requirements-node.lock").read_text(encoding="utf-8")
    assert [name for name in removed.split() if f"\n{name}==" not in f"\n{lock}"] == []


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is_stopped_and_watched() -> None:
    last = instructions()[-1]
    assert said("USER") == ["10001"]
    assert [name for name, _ in last].index("USER") > max(i for i, (name, _) in enumerate(last) if name == "RUN")
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert said("EXPOSE") == [str(Settings.model_fields["port"].default)]
    assert json.loads(said("ENTRYPOINT")[0]) == ["redress"]
    assert set(json.loads(said("CMD")[0])) <= commands()
    assert json.loads(said("VOLUME")[0]) == ["/var/lib/redress"]


def test_settings_of_the_image_exist_and_none_is_secret() -> None:
    values = dict(word.split("=", 1) for word in shlex.split(said("ENV")[0]))
    settings = {f"REDRESS_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in values if name.startswith("REDRESS_")} <= settings
    assert values["REDRESS_HOST"] == "0.0.0.0"  # what is published is for compose.yaml to say
    assert store_url(values["REDRESS_DATABASE_URL"]).database == "/var/lib/redress/redress.db"
    assert not re.search(r"(?i)(password|secret|token|_key)\s*=", DOCKERFILE)
    assert "ARG" not in {name for stage in instructions() for name, _ in stage}


class Ready(BaseHTTPRequestHandler):
    """A server that is ready, or not."""

    status = 200

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_of_the_image_asks_whether_the_server_is_ready(status: int, code: int) -> None:
    words = json.loads(said("HEALTHCHECK")[0].partition("CMD ")[2])
    assert words[:2] == ["python", "-c"]
    assert ":8000/readyz" in words[2]
    handler = type("Handler", (Ready,), {"status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        server.timeout = 30
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        asked = words[2].replace(":8000/", f":{server.server_port}/")
        done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=False)
        thread.join()
    assert min(done.returncode, 1) == code


def test_two_servers_and_two_workers_share_one_database() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", *OURS}
    assert {name: services[name].get("deploy", {}).get("replicas", 1) for name in services} == {
        "database": 1, "migrate": 1, "serve": 2, "worker": 2,
    }  # fmt: skip
    for name in OURS:
        assert services[name]["command"] == [name]
        assert name in commands()
        url = services[name]["environment"]["REDRESS_DATABASE_URL"]
        parsed = store_url(re.sub(r"\$\{[^}]*\}", "x", url))
        assert (parsed.host, parsed.database, parsed.username) == ("database", "redress", "redress")
    env = services["database"]["environment"]
    assert (env["POSTGRES_USER"], env["POSTGRES_DB"]) == ("redress", "redress")


def test_each_waits_for_what_it_needs_is_watched_and_is_given_time_to_finish() -> None:
    services = COMPOSE["services"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("serve", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert services[name]["restart"] == "unless-stopped"
        assert services[name]["stop_grace_period"] == "30s"
    assert services["migrate"]["restart"] == "no"
    assert services["worker"]["healthcheck"]["test"] == ["CMD", "redress", "alive"]
    assert "alive" in commands()
    assert services["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert "healthcheck" not in services["serve"], "that of the image"


def test_only_the_servers_are_reached_and_only_from_this_machine() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports == {"serve": [f"127.0.0.1:8001-8002:{Settings.model_fields['port'].default}"]}


def test_no_service_of_ours_may_do_more_than_it_needs() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "user" not in service
        assert "privileged" not in service
        for volume in service["volumes"]:
            source, target, mode = volume.split(":")
            assert (ROOT / source).is_dir()
            assert (target, mode) == (f"/srv/redress/{source.removeprefix('./')}", "ro")
    assert set(COMPOSE["volumes"]) == {
        volume.split(":")[0] for volume in COMPOSE["services"]["database"]["volumes"]
    }  # fmt: skip


def test_no_secret_stands_in_the_file_and_every_setting_exists() -> None:
    settings = {f"REDRESS_{name.upper()}" for name in Settings.model_fields}
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            assert not name.startswith("REDRESS_") or name in settings, name
            if re.search(r"(?i)password|token|secret", name):
                assert re.fullmatch(r"\$\{[A-Z_]+(:-|:\?[^}]*)\}", value), name
            if "://" in str(value):
                assert re.search(r":\$\{POSTGRES_PASSWORD:\?[^}]*\}@", value), name
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
