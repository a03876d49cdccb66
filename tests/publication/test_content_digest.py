"""What makes a version: what a process does and shows, not how its files are drawn and written down."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bundles.content_digest import content_digest
from tests.publication.shipped import shipped

FILES = shipped()
DIGEST = content_digest(FILES)
DIAGRAMS = sorted(name for name in FILES if name.endswith(".bpmn"))
TABLES = sorted(name for name in FILES if name.endswith(".dmn"))
XML = DIAGRAMS + TABLES
TABLE = TABLES[0]
DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"


def _digest(file: str, data: bytes | str) -> str:
    return content_digest({**FILES, file: data.encode() if isinstance(data, str) else data})


def _text(file: str) -> str:
    return FILES[file].decode()


def _elements(root: etree._Element) -> list[etree._Element]:
    return [each for each in root.iter() if isinstance(each.tag, str)]


def _written_differently(whole: bytes, data: st.DataObject) -> bytes:
    """Return the same diagram or table as another editor might write it."""
    root = etree.fromstring(whole)
    root.set("exporter", data.draw(st.sampled_from(["bpmn-js", "Camunda Modeler", "x"])))
    root.set("exporterVersion", data.draw(st.sampled_from(["1", "18.6.0"])))
    elements = _elements(root)
    for _ in range(data.draw(st.integers(1, 12))):
        element = elements[data.draw(st.integers(0, len(elements) - 1))]
        what = data.draw(st.sampled_from(["remark", "space", "order", "edges"]))
        if what == "remark" and len(element):
            element.insert(
                data.draw(st.integers(0, len(element))), etree.Comment(data.draw(st.sampled_from(["a", " b > c "])))
            )
        elif what == "space" and len(element):
            element.text = (element.text or "") + data.draw(st.sampled_from(["\n\n", "\t", "  "]))
        elif what == "order":
            values = sorted(element.attrib.items(), reverse=True)
            element.attrib.clear()
            element.attrib.update(values)
        elif what == "edges" and not len(element) and (element.text or "").strip():
            element.text = f"\n  {element.text}\n"
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_however_a_file_is_written_it_is_the_same_content(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(XML))
    again = _written_differently(FILES[file], data)
    assert again != FILES[file]
    assert _digest(file, again) == DIGEST


def _change(element: etree._Element, data: st.DataObject) -> None:
    """Change one thing that the engine reads or people see."""
    names = sorted({str(name) for name in element.attrib} - {"exporter", "exporterVersion"})
    by_attribute: bool = data.draw(st.booleans())
    if names and by_attribute:
        name = data.draw(st.sampled_from(names))
        element.set(name, f"{element.get(name)}x")
    elif len(element):
        del element[data.draw(st.integers(0, len(element) - 1))]
    else:
        element.text = f"{element.text or ''}x"


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_is_changed_inside_a_process_or_decision_is_other_content(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(XML))
    root = etree.fromstring(FILES[file], etree.XMLParser(remove_comments=True))
    inside = [each for top in root for each in _elements(top) if etree.QName(top).localname in ("process", "decision")]
    element = inside[data.draw(st.integers(0, len(inside) - 1))]
    _change(element, data)
    assert _digest(file, etree.tostring(root)) != DIGEST


def test_the_drawing_of_a_table_is_no_content() -> None:
    drawn = _text(TABLE)
    shape = (
        '<dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="a"><dc:Bounds height="80" width="180" '
        'x="{}" y="1"/></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI></definitions>'
    )
    bare = re.sub(r"\s*<dmndi:DMNDI>.*</dmndi:DMNDI>", "", drawn, flags=re.DOTALL)
    assert DMNDI in bare
    assert "<dmndi:" not in bare
    for text in (
        bare,
        bare.replace("</definitions>", shape.format(1)),
        bare.replace("</definitions>", shape.format(2)),
    ):
        assert _digest(TABLE, text) == DIGEST


def test_what_an_editor_keeps_about_the_drawing_of_a_table_is_no_content() -> None:
    bounds = '<b:bounds xmlns:b="http://bpmn.io/schema/dmn/biodi/1.0" x="1" y="2" width="3" height="4"/>'
    text = re.sub(r"(<decision [^>]*>)", rf"\1<extensionElements>{bounds}</extensionElements>", _text(TABLE), count=1)
    text = text.replace("<definitions ", '<definitions xmlns:m="http://camunda.org/schema/modeler/1.0" m:a="8" ', 1)
    assert text.count("extensionElements") == 2
    assert _digest(TABLE, text) == DIGEST


def test_other_prefixes_for_the_same_namespaces_are_the_same_content() -> None:
    text = _text(DIAGRAMS[0])
    assert 'xmlns:spiffworkflow="' in text
    assert (
        _digest(DIAGRAMS[0], text.replace("spiffworkflow:", "s:").replace("xmlns:spiffworkflow", "xmlns:s")) == DIGEST
    )


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("bpmn/complaint/process.toml", lambda text: "# a remark\n\n" + text.replace(" = ", "  =  ")),
        ("bpmn/complaint/labels.toml", lambda text: text.replace("\n", "\r\n") + "# the end\n"),
        (
            next(name for name in FILES if name.endswith(".schema.json")),
            lambda text: json.dumps(json.loads(text), indent=7, ensure_ascii=True),
        ),
    ],
)
def test_the_layout_of_toml_and_json_is_no_content(file: str, change: Callable[[str], str]) -> None:
    assert change(_text(file)) != _text(file)
    assert _digest(file, change(_text(file))) == DIGEST


@pytest.mark.parametrize(
    ("file", "pattern", "new"),
    [
        (DIAGRAMS[0], r':userTask id="(\w+)" name="[^"]*"', r':userTask id="\1" name="Look"'),
        (DIAGRAMS[0], r"documentation>[^<]+", "documentation>Otherwise."),
        (TABLE, r"<description>[^<]+", "<description>Otherwise."),
        (TABLE, r' label="[^"]*"', ' label="Otherwise"'),
        ("bpmn/complaint/labels.toml", r'en = "[^"]*"', 'en = "Otherwise"'),
        ("bpmn/complaint/notices.toml", r"\w+ = \"[^\"]{3,}\"", 'x = "Otherwise"'),
    ],
)
def test_what_people_see_is_content(file: str, pattern: str, new: str) -> None:
    text = _text(file)
    assert re.search(pattern, text) is not None
    assert _digest(file, re.sub(pattern, new, text, count=1)) != DIGEST


def test_the_order_in_which_things_are_tried_and_shown_is_content() -> None:
    form = next(
        name for name in FILES if name.endswith(".schema.json") and len(json.loads(FILES[name])["properties"]) > 1
    )
    schema = json.loads(FILES[form])
    schema["properties"] = dict(reversed(schema["properties"].items()))
    assert _digest(form, json.dumps(schema)) != DIGEST
    root = etree.fromstring(FILES[TABLE])
    table = next(each for each in _elements(root) if etree.QName(each).localname == "decisionTable")
    rules = [each for each in table if isinstance(each.tag, str) and etree.QName(each).localname == "rule"]
    rules[0].addprevious(rules[-1])
    assert _digest(TABLE, etree.tostring(root)) != DIGEST


@given(st.binary(max_size=60))
def test_a_file_that_cannot_be_read_counts_as_it_is(data: bytes) -> None:
    other = content_digest({"a.json": data, "b.toml": data})
    assert (other == content_digest({"a.json": b"{", "b.toml": b"{"})) == (data == b"{")


def test_instants_in_toml_count() -> None:
    first, second = ("at = 2026-03-02T01:00:00Z", 'at = "2026-03-02 01:00:00+00:00"')
    assert tomllib.loads(first) != tomllib.loads(second)
    assert content_digest({"a.toml": first.encode()}) != content_digest({"a.toml": second.encode()})
