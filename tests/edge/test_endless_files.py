"""Files and lines that are made to break whoever reads them: nested without end, numbers of thousands of figures,
entities that multiply, what is no text. Each reader reads or refuses them, in the way that it promises."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from access.keys.keyring import UnfitKeyring, parse_keyring
from app.anchor_file import read_kept
from complaints.intake.categories import CategoriesInvalid, parse_categories
from complaints.notices.notices import check_notices
from complaints.outward.mail_server import parse_mail_server
from complaints.outward.web_address import parse_web_address
from engine.bundles.bundle import UnreadableBundle, unpack
from engine.bundles.content_digest import content_digest
from engine.configuration.process_file import read_config
from engine.decisions.reader import parse_decisions
from engine.model.toml_text import MOST_DOTS, load_toml
from engine.publication import check_bundle
from escalation.calendar_reading import parse_campus, parse_year
from escalation.posts import parse_posts
from escalation.refusals import ConfigProblem
from forms.catalogue import check_form

DEEP = 100_000
ENTITIES = b'<!DOCTYPE a [<!ENTITY a0 "xxxxxxxxxx">%s]><a>&a9;</a>' % b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("bpmn/x/process.toml", b"\0" * 40_000_000)

CONTENTS: dict[str, bytes] = {
    "nothing": b"",
    "zeros": b"\0" * 1000,
    "no UTF-8": b"\xff\xfea\0=\x001\0",
    "TOML nested": b"a = " + b"[" * DEEP,
    "TOML nested tables": b"a = " + b"{a = " * DEEP,
    "TOML keys": b".".join([b"a"] * 50_000) + b" = 1",
    "TOML keys in short lines": b"a.a.a = 1\n" * 20_000,
    "a number": b"a = " + b"9" * 5000,
    "a number in JSON": b'{"a": ' + b"9" * 5000 + b"}",
    "JSON nested": b"[" * DEEP,
    "JSON nested objects": b'{"a":' * DEEP,
    "XML nested": b"<a>" * DEEP,
    "XML nested and closed": b"<a>" * DEEP + b"</a>" * DEEP,
    "entities": ENTITIES,
    "a file of the machine": OUTSIDE,
    "a zip that grows": BOMB.getvalue(),
    "a number as a version": b"9" * 5000 + b" AAAA",
    "an address": b"https://[::1" + b"a" * 5000,
    "a port": b"smtp://a:" + b"9" * 5000,
    "half a pair": "\ud800".encode("utf-8", "surrogatepass"),
}

Reader = Callable[[bytes], object]
READERS: dict[str, tuple[Reader, tuple[type[Exception], ...]]] = {
    "BPMN": (lambda data: check_bundle({"a.bpmn": data}), ()),
    "DMN": (partial(parse_decisions, file="a.dmn"), ()),
    "forms": (lambda data: check_form(data, data, "forms/definitions/x/a.schema.json"), ()),
    "process.toml": (partial(read_config, file="process.toml"), ()),
    "campus": (partial(parse_campus, name="c", file="c.toml", years={}), (ConfigProblem,)),
    "year": (partial(parse_year, year=2026, file="c/2026.toml"), (ConfigProblem,)),
    "posts": (partial(parse_posts, file="posts.toml"), (ConfigProblem,)),
    "categories": (partial(parse_categories, file="categories.toml"), (CategoriesInvalid,)),
    "notices": (partial(check_notices, file="notices.toml"), ()),
    "a bundle": (unpack, (UnreadableBundle,)),
    "what a bundle holds": (
        lambda data: [content_digest({f"a{kind}": data}) for kind in (".toml", ".json", ".txt")], (),
    ),
    "the server's key": (lambda data: parse_keyring(data.decode("utf-8", "replace")), (UnfitKeyring,)),
    "a mail server": (lambda data: parse_mail_server(data.decode("utf-8", "replace")), (ValueError,)),
    "a webhook": (lambda data: parse_web_address(data.decode("utf-8", "replace")), (ValueError,)),
}  # fmt: skip
"""What is read, with what, and what that raises where it cannot."""


@pytest.mark.parametrize("content", sorted(CONTENTS))
@pytest.mark.parametrize("reader", sorted(READERS))
def test_it_is_read_or_refused_as_promised(reader: str, content: str) -> None:
    read, promised = READERS[reader]
    try:
        found = read(CONTENTS[content])
    except promised as refused:
        found = str(refused)
    assert "root:" not in str(found)


@pytest.mark.parametrize("content", sorted(CONTENTS))
def test_a_file_of_anchors_is_read_or_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_bytes(CONTENTS[content])
    if not CONTENTS[content]:
        assert list(read_kept(file)) == []
        return
    with pytest.raises(ValueError, match=r"no anchor|codec"):
        list(read_kept(file))


def test_a_key_is_as_long_as_somebody_means_it() -> None:
    assert load_toml("a" + ".a" * MOST_DOTS + " = 1\n")["a"]
    with pytest.raises(ValueError, match="at line 2, column 1"):
        load_toml("b = 1\n" + "a" + ".a" * (MOST_DOTS + 1) + " = 1\n")
