"""Names that labels.toml gives beside the diagram: people read those, so a step that is renamed is renamed twice."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.names import tag, words
from engine.publication.registry import Finding, rule


@rule(
    "label-differs",
    "warning",
    "The diagram names an element otherwise than labels.toml does, and people read what labels.toml says.",
    "Change its entry in labels.toml too, or delete it there: then people read the name in the diagram.",
)
def label_differs(bundle: Bundle) -> Iterator[Finding]:
    labels = bundle.context.labels
    for document in bundle.documents:
        for element in document.root.iter():
            name, worded = _folded(element.get("name") or ""), labels.get(element.get("id") or "", ())
            if tag(element) and name and worded and name not in map(_folded, worded):
                yield Finding(
                    element,
                    f"The {words(element)} is called {' / '.join(worded)} in labels.toml, and people read that name.",
                )


def _folded(name: str) -> str:
    """Return a name as it is compared: without blanks and line ends, in one case."""
    return "".join(name.split()).casefold()
