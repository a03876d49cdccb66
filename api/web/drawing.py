"""A diagram as data for the script that draws it: every text comes from here; the script says nothing of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Response

from api.web.visit import Visit
from engine.process import CompiledProcess
from engine.process_words import ProcessWords
from queries.diagram import CaseDiagram
from queries.drawings import Drawing
from queries.reader import Reader

_PARTICIPANT = re.compile(r"<(?:\w+:)?participant\b[^>]*?\bid=\"([^\"]+)\"")


def plain(reader: Reader, here: Visit, process: CompiledProcess, drawings: Sequence[Drawing]) -> dict[str, Any]:
    """Return drawings with the names of everything on them in the visitor's language, and nothing going on."""
    words = reader.library.words.of(process)
    pools = [found for drawing in drawings for found in _PARTICIPANT.findall(drawing.xml)]
    named = (*process.diagram.elements, *process.diagram.flows, *pools)
    return {
        "drawings": [
            {"file": each.file, "name": _name(process, words, each.file, here.language), "xml": each.xml}
            for each in drawings
        ],
        "labels": {name: words.element(name, here.language) for name in named},
        "lanes": {team: here.team_name(team) for team in here.site.house.posts.teams},
        "tokens": [],
        "visited": [],
        "flows": [],
        "due": [],
    }


def _name(process: CompiledProcess, words: ProcessWords, file: str, language: str) -> str:
    """Return what a drawing is called: as the process it holds."""
    held = dict.fromkeys(each.process for each in process.diagram.elements.values() if each.file == file)
    if process.config.process in held:
        return words.title(language)
    names = (words.element(each, language) for each in held)
    return next((name for name in names if name not in held), file)


def live(reader: Reader, here: Visit, process: CompiledProcess, found: CaseDiagram) -> dict[str, Any]:
    """Return the same with what goes on in a case: tokens, the way taken, what falls due, with times in words."""
    moments = here.moments
    tokens = [
        {
            "element": token.element,
            "state": token.state,
            "text": here.say("here now") if token.state == "open" else here.say("waiting"),
            "left": moments.remaining(token.due_at, token.since).text if token.due_at else "",
        }
        for token in found.tokens
    ]
    due = [
        {
            "element": each.element,
            "text": f"{each.label}: {each.explanation}",
            "short": moments.remaining(each.due_at).text,
            "late": each.due_at < here.now,
        }
        for each in found.due
        if each.element
    ]
    going_on: Mapping[str, Any] = {
        "tokens": tokens,
        "visited": [each.element for each in found.visited],
        "flows": [each.flow for each in found.flows],
        "due": due,
    }
    return plain(reader, here, process, found.drawings) | dict(going_on)


def as_json(data: Mapping[str, Any]) -> Response:
    """Return data for a script of ours."""
    return Response(orjson.dumps(data), media_type="application/json")
