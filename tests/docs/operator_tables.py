"""Writes the tables of `docs/operator/README.md`: settings and metrics, from where they are declared.

`python -m tests.docs.operator_tables` refreshes them; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from api.metrics import Metrics
from app.settings import ROOT, Settings

PAGE = ROOT / "docs" / "operator" / "README.md"
MARKED = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def settings() -> Iterator[str]:
    """Every setting with its default."""
    yield "| variable | meaning | default |\n| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = default.relative_to(ROOT)
        shown = str(default).replace(f"{ROOT}/", "")
        also = " (or `PORT`)" if name == "port" else ""
        meaning = f"{field.title}: {field.description}" if field.description else str(field.title)
        yield f"| `REDRESS_{name.upper()}`{also} | {meaning} | {f'`{shown}`' if shown else 'none'} |"


def metrics() -> Iterator[str]:
    """Every metric."""
    yield "| metric | meaning |\n| --- | --- |"
    for family in Metrics(since=datetime(2026, 1, 1, tzinfo=UTC)).registry.collect():
        total = "_total" if family.type == "counter" else ""
        yield f"| `{family.name}{total}` | {family.documentation} |"


TABLES: Mapping[str, Callable[[], Iterator[str]]] = {"settings": settings, "metrics": metrics}


def refreshed(page: str) -> str:
    """Return the page with its tables as the program has them."""
    return MARKED.sub(lambda found: found[1] + "\n".join(TABLES[found[2]]()) + "\n" + found[3], page)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
