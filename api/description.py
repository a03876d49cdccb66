"""Finishes the OpenAPI description: what every operation has in common is said here once, and not at each route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from api.problems import MEDIA_TYPE
from forms.languages import LANGUAGES

TAGS = (
    ("complaints", "Complaints: filed, read, changed; their people, letters, notes, owner and clocks."),
    ("tasks", "What is to be done, by whom, by when."),
    ("approvals", "Decisions: tasks that need `If-Match`, so that nobody decides on figures they have not seen."),
    ("notices", "What colleagues are told, each their own."),
    ("incidents", "What has failed, for operators: try again, dismiss, repair."),
    ("processes", "The diagrams in force, and publishing new ones."),
    ("tracking", "The complainant, with the tracking code and without an account."),
    ("people", "Who works here."),
    ("operation", "Health and figures, for operators."),
    ("demo", "The clock of the demo. Not there in a real installation."),
)
OPTIONAL_SIGN_IN = {"/api/complaints": "post"}
"""Operations that a person may do with a token and everybody without."""
_FIRST = re.compile(r"(.+?)(?:[.](?=\s|$)|[;:](?=\s))\s*(.*)", re.DOTALL)

LANGUAGE_PARAMETER = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": f"In which language people are to read the answer: {', '.join(LANGUAGES)}.",
    "schema": {"type": "string", "examples": ["ko", "en;q=0.9, zh;q=0.5"]},
}
HEADERS = {
    "Content-Language": "The language of `title`, `detail` and messages.",
    "WWW-Authenticate": "How to sign in.",
    "Retry-After": "After how many seconds to try again.",
    "Location": "Where the new complaint is, for staff.",
    "Idempotency-Replayed": "`true`: the first answer to this key, once more.",
}


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description with summaries, languages, headers, and each error under its real media type.

    The document is changed in place; repeating is safe.
    """
    if "headers" in document["components"]:
        return document
    used = {tag for _, _, operation in _operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS if name in used]
    document["components"]["parameters"] = {"AcceptLanguage": LANGUAGE_PARAMETER}
    document["components"]["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()
    }
    for path, method, operation in _operations(document):
        _summarised(operation)
        if OPTIONAL_SIGN_IN.get(path) == method:
            operation["security"] = [*operation["security"], {}]
        if any("person" in each for each in operation.get("security", ())):
            operation["responses"].setdefault("403", _out_of_scope(operation["responses"]))
        if path.startswith("/api/"):
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/AcceptLanguage"})
        keyed = any(each.get("name", "").lower() == "idempotency-key" for each in operation.get("parameters", ()))
        for status, response in operation["responses"].items():
            _headed(response, int(status), keyed=keyed, filing=_files(operation, status))
            content = response.get("content", {})
            if int(status) >= 400 and content:
                _, schema = content.popitem()
                content[MEDIA_TYPE] = schema
    return document


def _out_of_scope(responses: dict[str, Any]) -> dict[str, Any]:
    """Return what is answered wherever a token of a person may lack the scope."""
    return {**deepcopy(responses["401"]), "description": "This token is not given for that."}


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _summarised(operation: dict[str, Any]) -> None:
    """Take the first sentence of the description as the summary; the whole stays the description."""
    text = " ".join(operation["description"].split())
    found = _FIRST.fullmatch(text)
    operation["summary"] = found[1] if found else text.rstrip(".")


def _files(operation: dict[str, Any], status: str) -> bool:
    schema = str(operation["responses"][status].get("content", {}).get("application/json", {}).get("schema", {}))
    return "FiledAnswer" in schema


def _headed(response: dict[str, Any], status: int, *, keyed: bool, filing: bool) -> None:
    names = []
    if status >= 400:
        names = ["Content-Language"]
        names += ["WWW-Authenticate"] if status == 401 else []
        names += ["Retry-After"] if status in (429, 503) else []
    elif keyed:
        names = ["Idempotency-Replayed", *(["Location"] if filing else [])]
    if names:
        headers = response.setdefault("headers", {})
        headers.update({name: {"$ref": f"#/components/headers/{name}"} for name in names})
