"""Runs the provider on a port of this machine, and walks through its pages as a browser would."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.support.shared import ROOT

SCRIPT = Path(__file__).with_name("provider.mjs")
CLIENT, SECRET = "redress", "a secret: with / odd + characters"
PEOPLE = {
    "na": {"name": "李娜", "email": "li.na@school.example", "email_verified": True, "groups": ["desk"]},
    "unsure": {"name": "Li Na", "email": "li.na@school.example", "email_verified": False, "groups": []},
    "new": {
        "name": "박새롬", "email": "saerom@school.example", "email_verified": True, "locale": "ko-KR",
        "preferred_username": "park.saerom", "groups": ["desk", "lawyers", "chess club"],
    },
}  # fmt: skip


@dataclass(frozen=True)
class Running:
    """A provider at work."""

    issuer: str
    redirect_uri: str

    def sign_in(self, address: str, login: str) -> str:
        """Return where the provider sends the browser of somebody who signs in there and agrees."""
        with httpx.Client(trust_env=False) as browser:
            answer = browser.get(address)
            for _ in range(12):
                if answer.is_redirect:
                    following = urljoin(str(answer.url), answer.headers["location"])
                    if following.startswith(self.redirect_uri):
                        return following
                    answer = browser.get(following)
                    continue
                assert answer.status_code == 200, answer.text
                action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
                assert action, answer.text
                hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
                data = {**dict(hidden), "login": login, "password": "x"}
                answer = browser.post(urljoin(str(answer.url), html.unescape(action[1])), data=data)
        raise AssertionError("the provider sends nobody back")

    def break_off(self, address: str) -> str:
        """Return where the provider sends the browser of somebody who does not want to."""
        with httpx.Client(trust_env=False) as browser:
            page = browser.get(address, follow_redirects=True)
            abort = re.search(r'href="([^"]+/abort)"', page.text)
            assert abort, page.text
            answer = browser.get(urljoin(str(page.url), abort[1]))
            for _ in range(5):
                following = urljoin(str(answer.url), answer.headers["location"])
                if following.startswith(self.redirect_uri):
                    return following
                answer = browser.get(following)
        raise AssertionError("the provider sends nobody back")


@contextmanager
def running(redirect_uri: str, people: Mapping[str, object] = PEOPLE) -> Iterator[Running]:
    """Run a provider for the block."""
    node = shutil.which("node", path=f"{os.environ['PATH']}:{ROOT / '.venv' / 'bin'}")
    if node is None:
        pytest.fail("This test needs Node, which `make dev` brings where there is none.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ, "PORT": str(port), "CLIENT": CLIENT, "SECRET": SECRET, "REDIRECT": redirect_uri,
        "PEOPLE": json.dumps(people), "NODE_NO_WARNINGS": "1",
    }  # fmt: skip
    with subprocess.Popen(
        [node, str(SCRIPT)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.strip() == "listening", said
            yield Running(f"http://127.0.0.1:{port}", redirect_uri)
        finally:
            process.terminate()
