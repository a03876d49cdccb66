"""The people of the demo, from the card that the demo writes for its visitors (`var/demo.json`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom a visitor of the demo can be."""

    login: str
    name: str
    teams: tuple[str, ...]
    posts: tuple[str, ...]
    roles: tuple[str, ...]
    token: str


def demo_people(var_folder: Path) -> list[DemoPerson]:
    """Return who can be chosen, nobody where there is no readable card."""
    try:
        card = json.loads((var_folder / "demo.json").read_text(encoding="utf-8"))
        return [
            DemoPerson(
                str(one.get("login", one["name"])), str(one["name"]), tuple(one["teams"]), tuple(one["posts"]),
                tuple(one.get("roles", ())), str(one["token"]),
            )
            for one in card["people"]
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return []
