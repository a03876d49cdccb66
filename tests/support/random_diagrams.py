"""Random diagrams of nested blocks: sound by construction, so whatever gets stuck in them is the engine's fault.

Conditions read `k`, which the first task sets once, and counters of loops, which nothing else changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.support.diagrams import diagram, one_by_one, parallel

CONDITIONS = ("k > 0", "k > 1", "k == 1", "True", "k < 0")
EVERYTHING = (
    *("user", "user", "user", "script", "message", "xor", "and", "or", "loop", "sub", "call", "several"),
    *("guarded", "beside", "timed", "race", "several_subs"),
)
PLAIN = ("user", "user", "script", "message", "xor", "and", "sub", "call", "several", "guarded")
"""What the library runs rightly by itself, as long as nothing lies on a loop."""


@dataclass
class Writer:
    """Writes a random diagram, line by line."""

    random: Random
    kinds: tuple[str, ...]
    size: int
    scopes: dict[str, list[str]] = field(default_factory=dict)
    repeat: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def name(self, kind: str) -> str:
        """Return an id that no other node has."""
        self.count += 1
        return f"{kind}{self.count}"

    def scope(self, name: str, depth: int, *, first: str = "") -> None:
        """Write a process, or the inside of a subprocess."""
        lines = self.scopes[name] = list[str]()
        start, end = self.name("s"), self.name("e")
        lines.append(f"{start}=start -> {first or self.name('z') + '=script z = 0'}")
        at = lines[0].rpartition(" -> ")[2].partition("=")[0]
        at = self.blocks(lines, at, depth)
        how = " terminate" if name != "main" and self.random.random() < 0.2 and "race" in self.kinds else ""
        lines.append(f"{at} -> {end}=end{how}")

    def blocks(self, lines: list[str], at: str, depth: int) -> str:
        """Write a few blocks one after the other; return the last node."""
        for _ in range(self.random.randint(1, 3 if depth < 3 else 1)):
            at = self.block(lines, at, depth)
        return at

    def block(self, lines: list[str], at: str, depth: int) -> str:
        """Write one block behind a node; return its last node."""
        self.size -= 1
        deep = depth > 3 or self.size < 0
        kind = "user" if deep else self.random.choice(self.kinds)
        written: str = getattr(self, f"_{kind}")(lines, at, depth + 1)
        return written

    def node(self, lines: list[str], at: str, name: str, kind: str, arrow: str = "->") -> str:
        """Write one node behind another."""
        lines.append(f"{at} {arrow} {name}={kind}")
        return name

    def branches(self, lines: list[str], fork: str, join: str, kind: str, arrows: list[str], depth: int) -> str:
        """Write branches from a gateway to a gateway."""
        for number, arrow in enumerate(arrows):
            first = self.node(lines, fork, self.name("v"), "script v = 1", arrow)
            last = self.blocks(lines, first, depth)
            lines.append(f"{last} -> {join}={kind}" if number == 0 else f"{last} -> {join}")
        return join

    def _user(self, lines: list[str], at: str, depth: int) -> str:
        return self.node(lines, at, self.name("u"), "user")

    def _script(self, lines: list[str], at: str, depth: int) -> str:
        name = self.name("t")
        return self.node(lines, at, name, f"script {name} = k + 1")

    def _message(self, lines: list[str], at: str, depth: int) -> str:
        name = self.name("w")
        return self.node(lines, at, name, f"catch message m{name}")

    def _xor(self, lines: list[str], at: str, depth: int) -> str:
        fork, join = self.node(lines, at, self.name("x"), "xor"), self.name("y")
        arrows = [f"-[{self.random.choice(CONDITIONS)}]->" for _ in range(self.random.randint(1, 2))]
        return self.branches(lines, fork, join, "xor", [*arrows, "-*->"], depth)

    def _and(self, lines: list[str], at: str, depth: int) -> str:
        fork, join = self.node(lines, at, self.name("f"), "and"), self.name("j")
        return self.branches(lines, fork, join, "and", ["->"] * self.random.randint(2, 3), depth)

    def _or(self, lines: list[str], at: str, depth: int) -> str:
        fork, join = self.node(lines, at, self.name("o"), "or"), self.name("p")
        arrows = [f"-[{self.random.choice(CONDITIONS)}]->" for _ in range(self.random.randint(1, 3))]
        return self.branches(lines, fork, join, "or", [*arrows, "-*->"], depth)

    def _loop(self, lines: list[str], at: str, depth: int) -> str:
        counter, back, out = self.name("c"), self.name("m"), self.name("x")
        at = self.node(lines, at, self.name("i"), f"script {counter} = 0")
        at = self.node(lines, at, back, "xor")
        at = self.blocks(lines, at, depth)
        at = self.node(lines, at, self.name("n"), f"script {counter} = {counter} + 1")
        at = self.node(lines, at, out, "xor")
        lines.append(f"{out} -[{counter} < {self.random.randint(2, 3)}]-> {back}")
        return self.node(lines, out, self.name("q"), "script q = 0", "-*->")

    def _sub(self, lines: list[str], at: str, depth: int, kind: str = "sub") -> str:
        inside, name = self.name("inside"), self.name("h")
        self.node(lines, at, name, f"{kind} {inside}")
        self.scope(inside, depth)
        return name

    def _call(self, lines: list[str], at: str, depth: int) -> str:
        return self._sub(lines, at, depth, "call")

    def _several(self, lines: list[str], at: str, depth: int) -> str:
        name = self._user(lines, at, depth)
        marker = parallel if "race" not in self.kinds else self.random.choice([parallel, one_by_one])
        self.repeat[name] = marker(count=str(self.random.randint(1, 3)))
        return name

    def _several_subs(self, lines: list[str], at: str, depth: int) -> str:
        name = self._sub(lines, at, depth, self.random.choice(["sub", "call"]))
        self.repeat[name] = self.random.choice([parallel, one_by_one])(count="2")
        if self.random.random() < 0.5:
            event, out = self.name("b"), self.name("y")
            lines.append(f"{event}=on {name} message m{event} -> {out}=xor")
            lines.append(f"{name} -> {out}")
            return out
        return name

    def _guarded(self, lines: list[str], at: str, depth: int) -> str:
        """A step with a message that interrupts it, or both ways to the same place."""
        host = self._host(lines, at, depth)
        event, out = self.name("b"), self.name("y")
        after = self.blocks(lines, host, depth)
        lines.append(f"{event}=on {host} message m{event} -> {out}=xor")
        lines.append(f"{after} -> {out}")
        return out

    def _timed(self, lines: list[str], at: str, depth: int) -> str:
        host = self._host(lines, at, depth)
        event, out = self.name("b"), self.name("y")
        lines.append(f"{event}=on {host} timer PT{self.random.randint(1, 90)}M -> {out}=xor")
        lines.append(f"{host} -> {out}")
        return out

    def _beside(self, lines: list[str], at: str, depth: int) -> str:
        """A step with events that do not interrupt it, and automatic work behind them."""
        host = self._host(lines, at, depth)
        minutes = self.random.randint(1, 90)
        for what in (f"message m{host}", f"timer PT{minutes}M", f"timer R3/PT{minutes}M"):
            if self.random.random() < 0.5:
                event = self.name("b")
                lines.append(f"{event}=beside {host} {what} -> {self.name('t')}=script a = 1 -> {self.name('e')}=end")
        return host

    def _race(self, lines: list[str], at: str, depth: int) -> str:
        gate, out = self.node(lines, at, self.name("g"), "first"), self.name("y")
        for number, what in enumerate(("message m{}", "timer PT{}M", "timer PT{}H")):
            event = self.name("w")
            words = what.format(event if number == 0 else self.random.randint(1, 90))
            last = self.blocks(lines, self.node(lines, gate, event, f"catch {words}"), depth)
            lines.append(f"{last} -> {out}=xor" if number == 0 else f"{last} -> {out}")
        return out

    def _host(self, lines: list[str], at: str, depth: int) -> str:
        kinds = [self._user, self._sub, self._call] if depth < 3 else [self._user]
        return self.random.choice(kinds)(lines, at, depth)


def random_diagram(seed: int, kinds: tuple[str, ...] = EVERYTHING, size: int = 14) -> Mapping[str, bytes]:
    """Return a diagram that depends on nothing but the arguments; its first task is `first`."""
    writer = Writer(Random(seed), kinds, size)
    writer.scope("main", 0, first="first=user")
    return diagram(repeat=writer.repeat, **{name: "\n".join(lines) for name, lines in writer.scopes.items()})  # type: ignore[arg-type]
