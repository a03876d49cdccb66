"""Puts the definitions of `$defs` in the place of every reference, so that all that follows sees one plain tree."""

from __future__ import annotations

from typing import Any

from forms.pointer import pointer

MAX_NODES = 5_000
"""How many schema objects a form may have once its references are written out."""

ANNOTATIONS = frozenset({"$comment", "$id", "$schema", "title", "description"})
"""Keywords without any effect on the answers; a form may use them anywhere."""


class BadReference(ValueError):
    """A `$ref` that leads nowhere, outside the file, or in a circle; or too many of them."""

    def __init__(self, place: str, message: str, code: str = "schema-ref") -> None:
        super().__init__(message)
        self.pointer = place
        self.message = message
        self.code = code


def inline(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without `$ref`, `$defs` and annotations; the input is left alone. Raises BadReference.

    Keywords beside a `$ref` are refused: whether they add to the definition or replace it is a common misunderstanding.
    """
    plain: dict[str, Any] = _Inliner(schema).written_out(schema, (), ())
    return plain


class _Inliner:
    def __init__(self, root: dict[str, Any]) -> None:
        self.defs = root.get("$defs", {})
        self.nodes = 0

    def written_out(self, node: dict[str, Any], path: tuple[str | int, ...], open_defs: tuple[str, ...]) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise BadReference(pointer(path), f"The form has more than {MAX_NODES} parts.", "schema-too-large")
        if "$ref" in node:
            return self._referred(node, path, open_defs)
        result: dict[str, Any] = {}
        for key, value in node.items():
            here = (*path, key)
            if key in ANNOTATIONS or (key == "$defs" and not path):
                continue
            if key in ("properties", "patternProperties", "dependentSchemas") and isinstance(value, dict):
                result[key] = {name: self._sub(sub, (*here, name), open_defs) for name, sub in value.items()}
            elif key in ("allOf", "anyOf", "oneOf", "prefixItems") and isinstance(value, list):
                result[key] = [self._sub(sub, (*here, index), open_defs) for index, sub in enumerate(value)]
            elif key in ("items", "if", "then", "else", "not", "contains", "additionalProperties"):
                result[key] = self._sub(value, here, open_defs)
            else:
                result[key] = value
        return result

    def _sub(self, value: Any, path: tuple[str | int, ...], open_defs: tuple[str, ...]) -> Any:
        return self.written_out(value, path, open_defs) if isinstance(value, dict) else value

    def _referred(self, node: dict[str, Any], path: tuple[str | int, ...], open_defs: tuple[str, ...]) -> Any:
        target = node["$ref"]
        here = pointer((*path, "$ref"))
        beside = sorted(set(node) - {"$ref"} - ANNOTATIONS)
        if beside:
            raise BadReference(here, f'Beside "$ref" stands {", ".join(beside)}; a reference stands alone.')
        prefix, _, name = str(target).rpartition("/")
        if prefix != "#/$defs" or not isinstance(self.defs, dict) or not isinstance(self.defs.get(name), dict):
            raise BadReference(here, f"{target!r} is not an entry of $defs in this file.")
        if name in open_defs:
            raise BadReference(here, f"{target!r} leads back to itself.")
        return self.written_out(self.defs[name], path, (*open_defs, name))
