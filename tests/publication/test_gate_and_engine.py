"""The gate and the engine agree: what the gate lets through, the engine can read."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.publication.names import bpmn
from engine.spiff.compile import compile_program
from tests.publication.fixture_files import FIXTURES, header
from tests.publication.test_verdicts import ROWS
from tests.support.shared import shared_data

ACCEPTED = [row["file"] for row in ROWS if row["verdict"] != "refused"]
GOOD = sorted(path.name for path in FIXTURES.glob("*-good.bpmn"))


def _compile_all(files: dict[str, bytes], first: bytes) -> None:
    compiled = 0
    for process in etree.fromstring(first).iter(bpmn("process")):
        if process.get("isExecutable", "true") == "true":
            program = compile_program(files, process.get("id") or "")
            assert program.spec.name == process.get("id")
            compiled += 1
    assert compiled > 0


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.rsplit("/", 1)[-1])
def test_the_engine_reads_every_real_diagram_that_the_gate_accepts(file: str) -> None:
    folder, _, rest = file.partition("/")
    data = (shared_data(folder) / rest).read_bytes()
    _compile_all({file: data}, data)


@pytest.mark.parametrize("name", GOOD)
def test_the_engine_reads_every_good_fixture(name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    others = {
        other: (FIXTURES / other).read_bytes() for other in header(data).get("with", ()) if other.endswith("bpmn")
    }
    _compile_all({name: data, **others}, data)
