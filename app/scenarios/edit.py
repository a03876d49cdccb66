"""The process is edited in the middle of a scenario: the case at hand goes on as it began (R-002-41)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.container import Application
from engine.bundles.bundle import read_folders
from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from engine.versions import Publication


class EditUnfit(ValueError):
    """What is to be edited does not stand in the process exactly once; the message says where it was looked for."""


def publish_edited(application: Application, edit: Mapping[str, Any], *, process: str) -> Publication:
    """Publish the shipped files of a process with one text of one file in place of another.

    `edit` is `{"file": "process.toml", "old": ..., "new": ..., "process": key}`; without a key the process given is
    meant. Raises EditUnfit, and NotPublishable with the whole list.
    """
    key, settings = str(edit.get("process", process)), application.settings
    files = read_folders(settings.bpmn_folder, settings.forms_folder, key)
    name = next((path for path in files if path.rpartition("/")[2] == edit["file"]), None)
    if name is None:
        raise EditUnfit(f"the process {key} has no file {edit['file']}")
    text, old = files[name].decode("utf-8"), str(edit["old"])
    if text.count(old) != 1:
        raise EditUnfit(f"{old!r} stands {text.count(old)} times in {edit['file']}, not once")
    changed = {**files, name: text.replace(old, str(edit["new"])).encode("utf-8")}
    published: Publication = application.pipeline.run(PublishBundle(changed, "edited in a scenario"), SYSTEM)
    return published
