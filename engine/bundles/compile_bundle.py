"""From the files of a bundle that has passed every check to the process that runs."""

from __future__ import annotations

from pathlib import PurePosixPath

from engine.bundles.bundle import Files, process_file
from engine.bundles.house import House
from engine.configuration.process_file import read_config
from engine.decisions import Decision, parse_decisions
from engine.diagram_index import index_diagrams
from engine.errors import NotPublishable
from engine.process import CompiledProcess
from engine.spiff.compile import compile_program
from forms.catalogue import FormCatalogue


def compile_bundle(files: Files, house: House) -> CompiledProcess:
    """Return the process that the files describe. They must have passed `examine_bundle.check`.

    Raises NotPublishable when they hold what even the library cannot parse.
    """
    file, content = process_file(files)
    config, problems = read_config(content, file)
    if config is None:
        raise NotPublishable(problems=[p.as_dict() for p in problems])
    # A version that was stored before a check was added goes on as it did: what it would find today is left aside.
    diagrams = {name: data for name, data in files.items() if name.endswith(".bpmn")}
    decisions: dict[str, Decision] = {}
    for name, data in files.items():
        if name.endswith(".dmn"):
            decisions.update(parse_decisions(data, name).decisions)
    catalogue = FormCatalogue.from_files({n: d for n, d in files.items() if n.startswith("forms/")})
    return CompiledProcess(
        config=config,
        diagram=index_diagrams(diagrams),
        program=compile_program(diagrams, config.process),
        decisions=decisions,
        forms={form.name: form for form in catalogue.forms.values()},
        form_fields=frozenset(field.name for form in catalogue.forms.values() for field in form.fields),
        documents={PurePosixPath(n).name: d for n, d in files.items() if n.endswith(".toml") and n.startswith("bpmn/")},
        operations=house.operations,
    )
