"""What every page may not get wrong: links and anchors lead somewhere, commands exist, no page is out of reach."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from app.cli import app
from app.settings import Settings
from tests.architecture.pages import CODE, anchors, pages
from tests.support.shared import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def targets() -> Iterator[tuple[str, Path, str]]:
    for path, text in pages():
        for link in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            if "://" not in link:
                file, _, anchor = link.partition("#")
                yield f"{path}: {link}", (ROOT / path).parent / file if file else ROOT / path, anchor


def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading() -> None:
    dead = [link for link, target, _ in targets() if not target.exists()]
    assert dead == []
    assert [link for link, target, anchor in targets() if anchor and anchor not in anchors(target)] == []


def test_every_page_is_reached_from_the_first_one() -> None:
    reached, waiting = set(), ["README.md"]
    links = [(link.partition(":")[0], target.resolve()) for link, target, _ in targets()]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [str(t.relative_to(ROOT)) for source, t in links if source == page and t.suffix == ".md"]
    assert [path for path, _ in pages() if path not in reached] == []


def commands() -> dict[str, set[str]]:
    """Return the commands of the command line, each with its own commands."""
    root: Any = typer.main.get_command(app)
    return {name: set(getattr(each, "commands", ())) for name, each in root.commands.items()}


def test_every_command_that_a_page_names_exists() -> None:
    known, wrong = commands(), []
    for path, text in pages():
        for code in CODE.findall(text):
            for name, following in re.findall(r"(?:^|[\s/`])redress ([a-z]+)(?: ([a-z-]+))?", code):
                if name not in known or (known[name] and following and following not in known[name]):
                    wrong.append(f"{path}: redress {name} {following}")
    assert wrong == []


def options(name: str, following: str) -> set[str]:
    """Return the options of a command of the command line."""
    root: Any = typer.main.get_command(app)
    command = root.commands[name]
    command = getattr(command, "commands", {}).get(following, command)
    return {option for each in command.params for option in each.opts}


def test_every_option_that_a_page_gives_to_a_command_exists() -> None:
    given = [
        (path, name, following, option)
        for path, text in pages()
        for code in CODE.findall(text)
        for name, following, rest in re.findall(r"\bredress ([a-z]+)(?: ([a-z]+))?([^`\n;]*)", code)
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest)
    ]
    assert len(given) > 5
    assert [each for each in given if each[3] not in options(each[1], each[2])] == []


def test_every_setting_that_a_page_names_exists() -> None:
    known = {f"REDRESS_{name.upper()}" for name in Settings.model_fields}
    named = [(path, name) for path, text in pages() for name in re.findall(r"\bREDRESS_[A-Z_]*[A-Z]\b", text)]
    assert len(named) > 20
    assert [each for each in named if each[1] not in known] == []


def test_every_make_target_and_module_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wrong = []
    for path, text in pages():
        code = "\n".join(CODE.findall(text))
        wrong += [f"{path}: make {name}" for name in re.findall(r"\bmake ([a-z][a-z-]+)", code) if name not in targets]
        modules = re.findall(r"python -m ((?:tests|storage)[\w.]*)", code)
        wrong += [f"{path}: {name}" for name in modules if importlib.util.find_spec(name) is None]
    assert wrong == []
