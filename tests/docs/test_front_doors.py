"""The first pages of executors and process owners: what they call a page or button is its name; their example works."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from babel.messages.pofile import read_po

from app.checking import check_paths
from app.container import house
from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.scenarios.stage import ScenarioFailed
from app.settings import ROOT, Settings
from engine.versions import Versions
from escalation.posts import load_posts

LABEL = re.compile(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)")


def page(name: str) -> str:
    return (ROOT / "docs" / name / "README.md").read_text(encoding="utf-8")


def test_what_the_executors_page_calls_a_page_a_button_or_a_view_is_called_so_on_the_pages() -> None:
    with (ROOT / "locale" / "en" / "LC_MESSAGES" / "web.po").open("rb") as file:
        shown = {message.string for message in read_po(file)}
    table = page("executor").split("| page | what is there |\n")[1].split("\n\n")[0].splitlines()[1:]
    pages = {row.split("|")[1].strip() for row in table} - {"A task", "A case"}
    labels = set(LABEL.findall(page("executor")))
    assert (len(pages), len(labels)) == (6, 21)
    assert (pages | labels) - shown == set()


def changed(folder: Path) -> tuple[Settings, str]:
    """Make the first change of the process owners' page, word for word; return where, and the new scenario's name."""
    text = page("process-owner")
    ((authority, triage, old, new),) = re.findall(r"^1\. In `(\S+)` and `(\S+)` change `(.+?)` to `(.+?)` ", text, re.M)
    ((copied, to),) = re.findall(r"^2\. Copy `(\S+)` to `(\S+)`, with the new amounts", text, re.M)
    shutil.copytree(ROOT / "bpmn", folder / "bpmn")
    home = (folder / authority).parent
    for file in (folder / authority, home / triage):
        before = file.read_text(encoding="utf-8")
        after = before.replace(f"<text>{escape(old)}</text>", f"<text>{escape(new)}</text>")
        assert after != before
        file.write_text(after, encoding="utf-8")
    told = (home / copied).read_text(encoding="utf-8").replace("10000.01", "8000.01")
    (home / to).write_text(told, encoding="utf-8")
    return Settings(bpmn_folder=folder / "bpmn"), Path(to).stem


def test_the_first_change_of_a_process_owner_goes_as_it_is_told(tmp_path: Path) -> None:
    settings, new = changed(tmp_path)
    process = settings.bpmn_folder / "complaint"
    versions = Versions(house(load_posts(settings.bpmn_folder / "posts.toml")))

    def run(scenario: str) -> None:
        on = play(read_scenario(process / "scenarios" / f"{scenario}.yaml"), settings, versions=versions)
        on.application.database.close()

    assert check_paths([process], settings) == []
    run(new)
    with pytest.raises(ScenarioFailed, match="expected impact 'general', found 'major'"):
        run("refund_of_10000_00")
