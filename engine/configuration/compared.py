"""Comparisons in the conditions of `process.toml` that can never come true, or stop every case."""

from __future__ import annotations

from engine.configuration.names import conditions_of
from engine.configuration.toml_reader import Reader
from engine.expressions.syntax import parse
from engine.model.config import ProcessConfig
from engine.publication import Bundle
from engine.publication.comparisons import Never, Unlike, comparisons
from engine.publication.sources import Sources


def check_compared(reader: Reader, bundle: Bundle, config: ProcessConfig) -> None:
    """Note in the reader what the rules `value-impossible` and `compare-types` find in the conditions over facts."""
    sources = Sources(bundle)
    for place, condition in conditions_of(config):
        for found in comparisons(parse(condition.source, ())[0], sources.of):
            if isinstance(found, Never):
                _never(reader, place, found)
            else:
                _unlike(reader, place, found)


def _never(reader: Reader, place: str, found: Never) -> None:
    reader.wrong(
        place,
        f'compares {found.name} with "{found.word}", but it is never that. It can be: {found.listed}',
        f"Did you mean {found.close}?"
        if found.close
        else f'Use one of these, or add "{found.word}" to the form, table or script that sets {found.name}.',
        code="value-impossible",
    )


def _unlike(reader: Reader, place: str, found: Unlike) -> None:
    reader.wrong(
        place,
        f"asks whether {found.left} ({found.left_kind}) is more or less than "
        f"{found.right} ({found.right_kind}): every case would stop there"
        if found.ordered
        else f"compares {found.left} ({found.left_kind}) with {found.right} ({found.right_kind}): "
        "the two are never equal",
        "Compare like with like: numbers stand without quotation marks, texts in quotation marks.",
        code="compare-types",
    )
