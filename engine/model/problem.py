"""What is wrong with a bundle of a process: one shape for every check, from XML to forms."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, order=True)
class Problem:
    """One finding of the publication gate, in plain words.

    An `error` is what would run wrongly, hang, or reach nobody; everything else is a `warning`.
    """

    file: str
    """Path inside the bundle, for instance `bpmn/complaint/complaint.bpmn`."""
    line: int | None
    """1-based source line, or None where the file as a whole is meant."""
    severity: Literal["error", "warning"]
    code: str
    """Stable, in kebab case: `gateway-without-default`."""
    element: str | None
    """The id of the BPMN or DMN element, the key in a TOML file, the JSON pointer in a form."""
    name: str | None
    """The element's own name, as the process owner knows it."""
    message: str
    """What is wrong, one sentence."""
    advice: str
    """What to do about it, one sentence."""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON scalars, for `--json` and the API."""
        return asdict(self)
