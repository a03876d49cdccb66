"""A visitor without scripts: reads each page strictly, follows links, fills in forms and presses their buttons."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import html5lib
from httpx import Response

from tests.support.application import House

with warnings.catch_warnings():
    # The client asks for a successor of httpx, which nothing else here needs; it works with the one that we have.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WORDS = {"zh-CN": "中文", "ko": "한국어", "en": "English"}
NS = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Form:
    """A form of a page, as its browser sees it."""

    action: str
    method: str
    entries: tuple[tuple[str, str], ...]
    """What it would send with no button pressed and nothing typed."""
    names: frozenset[str]
    """Every control that could send something."""
    buttons: tuple[tuple[str, str, str], ...]
    """Name, value and words of each button that sends it."""


@dataclass(frozen=True)
class Page:
    """A page that came."""

    response: Response
    tree: Any

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def path(self) -> str:
        """Where it is."""
        return self.response.url.path

    @property
    def text(self) -> str:
        """Everything that can be read on it, blanks collapsed."""
        (body,) = self.elements("body")
        return text_of(body)

    @property
    def title(self) -> str:
        """Its heading."""
        return text_of(self.elements("h1")[0])

    def elements(self, *names: str) -> list[Any]:
        """Return the elements of these names in document order; all of them without a name."""
        nodes = (node for node in self.tree.iter() if isinstance(node.tag, str))
        return [node for node in nodes if not names or node.tag[len(NS) :] in names]

    def by_id(self, wanted: str) -> Any:
        """Return the one element of an id."""
        (found,) = [node for node in self.elements() if node.get("id") == wanted]
        return found

    def link(self, words: str) -> str:
        """Return the address of the first link whose words contain these."""
        found = [node.get("href") for node in self.elements("a") if words in text_of(node)]
        assert found, (words, self.text)
        return str(found[0])

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        return [_form(node, self.path) for node in self.elements("form")]

    def form(self, action: str) -> Form:
        """Return the form that goes to an address. Fails unless there is exactly one."""
        found = [form for form in self.forms if form.action == action]
        assert len(found) == 1, (action, [form.action for form in self.forms])
        return found[0]


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    http: TestClient
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> Page:
        """Open a page."""
        return self._page(self.http.get(path, headers=self._headers(), **options))

    def send(self, page: Page, action: str, answers: Mapping[str, Any] | None = None, *, press: str = "") -> Page:
        """Fill in a form of the page by plain answers, press a button (by its words), and return what comes.

        Fails where an answer is given to a control that the form does not have. A list answers a multiple choice.
        """
        form = page.form(action)
        given = dict(answers or {})
        unknown = given.keys() - form.names
        assert not unknown, (unknown, sorted(form.names))
        entries = [(name, value) for name, value in form.entries if name not in given]
        for name, value in given.items():
            entries += [(name, str(each)) for each in (value if isinstance(value, list) else [value])]
        if press:
            (button,) = [(name, value) for name, value, words in form.buttons if press in words and name]
            entries.append(button)
        data: dict[str, list[str]] = {}
        for name, value in entries:
            data.setdefault(name, []).append(value)
        return self.post(form.action, data)

    def post(self, path: str, data: Mapping[str, Any], **headers: str) -> Page:
        """Send a form as it stands, with the headers that a browser adds for a page of its own site."""
        own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
        return self._page(self.http.post(path, data=dict(data), headers={**self._headers(), **own, **headers}))

    def _headers(self) -> dict[str, str]:
        return {"accept": "text/html", "accept-language": self.language}

    def _page(self, response: Response) -> Page:
        kind = response.headers.get("content-type", "")
        assert kind.startswith("text/html"), (response.status_code, kind, response.text[:500])
        parser = html5lib.HTMLParser()
        tree = parser.parse(response.text)
        lines = response.text.splitlines()
        # Strict: there is no error of HTML syntax.
        faults = [f"{kind} at: {lines[at[0] - 1]}" for at, kind, _ in parser.errors]
        assert faults == [], (response.url, faults)
        return Page(response, tree)


def visitor(redress: House, language: str = "en") -> Visitor:
    """Return somebody from outside, with a browser of their own."""
    return Visitor(TestClient(redress.app), language)


def staff(redress: House, login: str, language: str = "en") -> Visitor:
    """Return a colleague of the demo's roster, signed in by the form."""
    who = visitor(redress, language)
    token = redress.person(login).headers["Authorization"].removeprefix("Bearer ")
    page = who.send(who.get("/sign-in/token"), "/sign-in/token", {"token": token})
    assert page.status == 200, page.text
    assert page.path != "/sign-in", page.text
    who.send(page, "/language", press=WORDS[language])
    return who


def text_of(node: Any) -> str:
    """Return the text inside an element, blanks collapsed."""
    return " ".join("".join(node.itertext()).split())


def _form(node: Any, path: str) -> Form:
    inside = [each for each in node.iter() if isinstance(each.tag, str)]
    entries: list[tuple[str, str]] = []
    names: set[str] = set()
    buttons = []
    for each in inside:
        tag, name = each.tag[len(NS) :], each.get("name") or ""
        if tag == "button":
            buttons.append((name, each.get("value") or "", text_of(each)))
        elif tag in ("input", "select", "textarea") and name:
            names.add(name)
            entries += [(name, value) for value in _values(each, tag)]
    return Form(
        node.get("action") or path, (node.get("method") or "get").lower(), tuple(entries), frozenset(names),
        tuple(buttons),
    )  # fmt: skip


def _values(node: Any, tag: str) -> list[str]:
    if tag == "textarea":
        return ["".join(node.itertext())]
    if tag == "select":
        options = [each for each in node.iter() if isinstance(each.tag, str) and each.tag == f"{NS}option"]
        chosen = [each for each in options if each.get("selected") is not None] or options[:1]
        return [each.get("value") or "" for each in chosen[-1:]]
    kind = node.get("type") or "text"
    if kind in ("radio", "checkbox"):
        return [node.get("value") or "on"] if node.get("checked") is not None else []
    return [] if kind == "file" else [node.get("value") or ""]
