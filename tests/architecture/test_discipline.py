"""Who commits, who reads the environment, who asks for the time, and that every promise is written down."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.architecture.sources import Source, dotted, imports, place, product, python_files

COMMITS: dict[str, str] = {
    "storage/database.py": "the unit of work itself",
    "storage/migrate.py": "a migration is one transaction",
    "engine/pipeline.py": "every change of a case",
    "app/backup/restore.py": "a backup takes the place of a database on which nothing runs",
    "complaints/notices/delivery_loop.py": "people are told after the change that caused it, each by itself",
    "complaints/outward/outward_loop.py": "what is sent over a network is claimed before it and marked after it",
}
"""The files that may commit, each with the reason. A new one needs a reason that a stranger would accept."""

READS_ENVIRONMENT = {"app/settings.py"}

READS_CLOCK = {"engine/clock.py"}

IS_RANDOM: dict[str, str] = {
    "engine/ids.py": "ids, and codes that nobody can guess",
    "access/keys/cipher.py": "keys, and the nonces of their cipher",
    "storage/idempotency.py": "the nonce of the cipher, which nobody compares",
}
"""The files that draw something at random, each with what."""


def calls(source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node


READS_ALONE: dict[str, tuple[int, str]] = {
    "storage/database.py": (1, "a glance: one SELECT, and nothing else goes over its connection"),
}
"""The files that may open what commits by itself: how often, and why."""


def test_only_the_pipeline_commits() -> None:
    committing = {
        source.path: place(source, call)
        for source in product()
        for call in calls(source)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    }
    assert [where for path, where in committing.items() if path not in COMMITS] == []
    assert COMMITS.keys() - committing.keys() == set()


def test_no_database_commits_by_itself() -> None:
    """`with engine.begin()` commits at its end without anybody saying so; AUTOCOMMIT does at each statement."""
    guilty = Counter(source.path for source in product() for node in ast.walk(source.tree) if commits_by_itself(node))
    assert guilty == {path: times for path, (times, _) in READS_ALONE.items()}


def commits_by_itself(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        opened = [item.context_expr for item in node.items]
        return any(isinstance(each, ast.Call) and dotted(each.func).endswith(".begin") for each in opened)
    return isinstance(node, ast.Constant) and node.value == "AUTOCOMMIT"


def test_only_the_clock_reads_the_time_of_the_machine() -> None:
    read = re.compile(r"(?:datetime\.)?(?:datetime|date)\.(?:now|utcnow|today)|time\.(?:time|time_ns|localtime|gmtime)")
    reading = {
        source.path: place(source, c) for source in product() for c in calls(source) if read.fullmatch(dotted(c.func))
    }
    assert [where for path, where in reading.items() if path not in READS_CLOCK] == []
    assert reading.keys() >= READS_CLOCK


def test_only_ids_and_the_cipher_are_random() -> None:
    drawing = {
        source.path
        for source in product()
        if {"random", "secrets", "uuid"} & set(imports(source.tree))
        or any(dotted(call.func) in ("os.urandom", "urandom") for call in calls(source))
    }
    assert drawing == IS_RANDOM.keys()


def test_only_the_settings_read_the_environment() -> None:
    guilty = []
    for source in product():
        if source.path in READS_ENVIRONMENT:
            continue
        for node in ast.walk(source.tree):
            reads = isinstance(node, ast.Attribute) and dotted(node) in ("os.environ", "os.getenv", "os.environb")
            from_os = node.names if isinstance(node, ast.ImportFrom) and node.module == "os" else []
            if reads or {alias.name for alias in from_os} & {"environ", "getenv", "environb"}:
                guilty.append(place(source, node))
    assert guilty == []


def test_rules_never_ask_the_database_for_the_time() -> None:
    asked = {"func.now", "func.current_timestamp", "func.localtimestamp", "func.statement_timestamp"}
    guilty = [place(source, call) for source in product() for call in calls(source) if dotted(call.func) in asked]
    assert guilty == []


def test_every_module_class_and_function_that_others_may_use_says_what_it_promises() -> None:
    silent = [where for source in product() for where in undocumented(source)]
    assert silent == []


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

TOLD_BY_DECORATOR = {"rule", "file_rule", "overload", "typing.overload"}
"""Decorators that carry the words themselves, or whose function is only a signature."""


def undocumented(source: Source) -> Iterator[str]:
    if source.tree.body and ast.get_docstring(source.tree) is None:
        yield source.path
    for owner, node in public_definitions(source.tree):
        # What the library calls back keeps the library's promise; its classes still say what they are for.
        hook = bool(owner) and source.path.startswith("engine/spiff/")
        if ast.get_docstring(node) is None and not hook:
            yield f"{place(source, node)} {owner}{node.name}"


def public_definitions(body: ast.Module | ast.ClassDef, owner: str = "") -> Iterator[tuple[str, Definition]]:
    for node in body.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        decorators = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
        if not TOLD_BY_DECORATOR & {dotted(each) for each in decorators} and not is_signature_only(node):
            yield owner, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node, f"{node.name}.")


def is_signature_only(node: Definition) -> bool:
    only = node.body[0] if len(node.body) == 1 else None
    return isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant) and only.value.value is Ellipsis


def test_no_test_waits_for_the_clock_on_the_wall() -> None:
    guilty = [
        place(source, call)
        for source in python_files("tests")
        if "sleep" in source.text  # to parse all of them takes seconds
        for call in calls(source)
        if dotted(call.func) in ("time.sleep", "asyncio.sleep", "sleep")
    ]
    assert guilty == []
