"""The pages of documentation: their texts, the code in them, and the anchors of their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import files
from tests.support.shared import ROOT

CODE = re.compile(r"```.*?```|`[^`\n]*`|^ {4,}\S.*$", re.DOTALL | re.MULTILINE)


def pages() -> Iterator[tuple[str, str]]:
    """Yield path and text of every page."""
    for path in files():
        if path in ("README.md", "CHANGELOG.md") or (path.startswith("docs/") and path.endswith(".md")):
            yield path, (ROOT / path).read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page as code hosts make them from its headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", each.replace("`", "")).strip().lower()) for each in headings}
