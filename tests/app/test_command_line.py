"""The command line says what is wrong in a sentence: no errno, no trace, nothing left behind that was not there."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.finding_words import finding_words
from app.container import Application
from app.demo import DemoPerson
from app.demo_clock import DemoClock
from app.existing import demo_settings
from app.finding_lines import counted
from app.listening import listening
from app.refusal_words import OF_FILES, of_file, said
from app.settings import ROOT, Settings
from storage import migrate
from storage.lock import holder, serving
from tests.app.conftest import Shell

MISSING = (
    "There is no database: {file}. Set REDRESS_DATABASE_URL to the one that you mean; `redress init` makes a new one."
)


@pytest.mark.parametrize(
    "words",
    [
        ["doctor"],
        ["doctor", "--json"],
        ["export", "R7K2M-9QW4X"],
        ["publish"],
        ["incidents", "list"],
        ["incidents", "retry", "i", "--by", "ops"],
        ["user", "add", "li.na", "Li Na"],
        ["user", "token", "li.na"],
        ["user", "leave", "li.na"],
        ["user", "away", "li.na", "--until", "2099-03-05T10:00+08:00"],
        ["user", "back", "li.na"],
        ["user", "appoint", "academic_director", "li.na"],
    ],
)
def test_no_database_is_said_plainly_and_none_is_made(shell: Shell, words: list[str]) -> None:
    assert shell.type(*words) == (2, "", MISSING.format(file=shell.database))
    assert list((shell.folder / "var").iterdir()) == []


def test_beside_a_demo_the_way_to_its_database_is_told_and_works(shell: Shell) -> None:
    demo = demo_settings(Settings())
    migrate.upgrade(demo.database_url)
    DemoClock(shell.folder / "var" / "demo-clock.json")
    way = " For the demo's own, add --demo to `doctor` or `export`."
    assert shell.type("doctor") == (2, "", MISSING.format(file=shell.database) + way)
    assert shell.type("doctor", "--demo") == (0, "All is sound.", "")
    code, _, wrong = shell.type("export", "--demo", "R7K2M-9QW4X")
    assert (code, wrong) == (2, "There is no case R7K2M-9QW4X.")
    assert not shell.database.exists()


def test_in_demo_mode_the_demo_is_looked_at_unless_an_address_is_given(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_DEMO", "true")
    assert shell.type("doctor") == (2, "", MISSING.format(file=shell.database))
    shell.unset("REDRESS_DATABASE_URL")
    assert shell.type("doctor") == (2, "", MISSING.format(file=shell.folder / "var" / "demo.db"))


def test_a_database_that_is_none_is_said_to_be_none(shell: Shell) -> None:
    shell.database.write_text("these are the times that try men's souls" * 40)
    assert shell.type("doctor") == (1, "", "The database cannot be used: file is not a database.")
    shell.database.unlink()
    shell.database.mkdir()
    assert shell.type("doctor")[2].startswith(f"That is a folder: {shell.database}. ")


def test_a_database_without_tables_says_what_to_run(shell: Shell) -> None:
    shell.database.touch()
    code, _, wrong = shell.type("doctor")
    assert (code, wrong) == (
        1, f"The database is at revision none, this program needs {migrate.head()}. Run `redress migrate` first.",
    )  # fmt: skip


def test_the_doctor_tells_of_a_database_that_everybody_may_read(shell: Shell) -> None:
    migrate.upgrade(Settings().database_url)
    assert shell.type("doctor") == (0, "All is sound.", "")
    shell.database.parent.chmod(0o755)
    shell.database.chmod(0o644)
    file = shell.database
    told = f"the database can be read by everybody on this machine: {file}; run `chmod o-rwx {file}`"
    assert shell.type("doctor") == (1, told, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["publish", "nosuch"], "There is no file or folder nosuch."),
        (["publish", "folder"], "folder is a folder; pack it with `redress bundle` first."),
        (["publish", "note.txt"], "note.txt: The bundle is no readable zip: File is not a zip file"),
        (["publish", "note.txt/x"], "note.txt/x lies below something that is no folder."),
        (["scenario", "nosuch"], "There is no file or folder nosuch."),
        (["scenario", "folder"], "There is no scenario (.yaml or .yml) below folder."),
        (["scenario", "note.txt"], "note.txt is no scenario: a scenario is a file in YAML, .yaml or .yml."),
        (["check", "nosuch"], "There is no file or folder nosuch."),
        (["check", "nosuch", "--json"], "There is no file or folder nosuch."),
        (["check", "folder"], "There is nothing to check: name diagrams (.bpmn), tables (.dmn), or a bundle."),
        (["check", "note.txt"], "This is no diagram and no table: note.txt."),
        (["check", "not.zip"], "not.zip: The bundle is no readable zip: File is not a zip file"),
        (["check", "loop.bpmn"], "There is no file or folder loop.bpmn."),
        (["bundle", "nosuch", "out.zip"], "There is no bpmn/nosuch/process.toml."),
        (["bundle", "complaint", "folder"], "folder is a folder; name a file."),
        (["export", "x", "--language", "fr"], "A case file is written in zh-CN, ko, en, not in fr."),
        (["demo", "clock", "soon"], "'soon' is no length of time: write +45m, +2h, +3d or +1w."),
    ],
)
def test_what_is_not_there_or_of_the_wrong_kind_is_told_in_a_sentence(
    shell: Shell, words: list[str], sentence: str
) -> None:
    (shell.folder / "note.txt").write_text("hello")
    (shell.folder / "not.zip").write_text("hello")
    (shell.folder / "loop.bpmn").symlink_to("gone.bpmn")
    (shell.folder / "folder").mkdir()
    assert shell.type(*words) == (2, "", sentence)
    assert list((shell.folder / "var").iterdir()) == []


def test_a_bundle_needs_a_folder_to_go_to(shell: Shell) -> None:
    assert shell.type("bundle", "complaint", "no/such/out.zip") == (
        2, "", f"There is no folder {shell.folder / 'no' / 'such'} to write into.",
    )  # fmt: skip


@pytest.mark.parametrize("command", ["check", "scenario"])
def test_a_folder_that_may_not_be_read_is_not_taken_for_an_empty_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Nothing is unreadable to the superuser, so that the system's refusal is played."""
    (shell.folder / "locked").mkdir()

    def refusing(listed: Callable[..., Any]) -> Callable[..., Any]:
        def listing(folder: Any = ".") -> Any:
            if Path(folder).name == "locked":
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
            return listed(folder)

        return listing

    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
    assert shell.type(command, "locked") == (2, "", "locked may not be read or written by this user.")


def test_every_scenario_of_a_folder_is_played_however_its_file_ends(shell: Shell) -> None:
    (shell.folder / "below").mkdir()
    for name in ("a.yaml", "below/b.yml", "c.txt"):
        (shell.folder / name).write_text("steps: nothing")
    code, out, _ = shell.type("scenario", ".")
    assert (code, out.splitlines()[-1]) == (1, "0 of 2 scenarios hold.")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "affected: [{name: A}]",
            "affected: [{'name': 'A'}]): not written as docs/process-owner/scenarios.md says:"
            " 'list' object has no attribute 'get'",
        ),
        (
            "hand_over: {why: x}",
            "hand_over: {'why': 'x'}): not written as docs/process-owner/scenarios.md says: 'to' is missing",
        ),
        (
            "absence: {person: li.na, until: later}",
            "absence: {'person': 'li.na', 'until': 'later'}): absence: 'later' is no instant;"
            " write 2026-03-03T20:50:00+08:00",
        ),
    ],
)
def test_a_step_of_a_scenario_that_is_written_otherwise_is_named(shell: Shell, step: str, said: str) -> None:
    text = (ROOT / "bpmn/complaint/scenarios/withdrawn_then_writes_again.yaml").read_text(encoding="utf-8")
    head, _, _ = text.partition("steps:\n")
    (shell.folder / "odd.yaml").write_text(f"{head}steps:\n  - {step}\n", encoding="utf-8")
    code, told, errors = shell.type("scenario", "odd.yaml")
    assert (code, errors) == (1, "")
    assert told.splitlines() == [f"FAILED odd, step 1 ({said}", "0 of 1 scenarios hold."]


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ("[a]", "dictionary update sequence element #0 has length 1; 2 is required"),
        (
            "{subject: s, complainant: {nickname: A}}",
            "Complainant.__init__() got an unexpected keyword argument 'nickname'",
        ),
        ("{subject: s, refund: {currency: CNY}}", "'amount' is missing"),
    ],
)
def test_a_complaint_of_a_scenario_that_is_written_otherwise_is_named(shell: Shell, complaint: str, said: str) -> None:
    text = f"title: x\nat: 2026-03-03T11:00:00+08:00\ncomplaint: {complaint}\nsteps:\n  - expect: {{}}\n"
    (shell.folder / "odd.yaml").write_text(text, encoding="utf-8")
    code, told, errors = shell.type("scenario", "odd.yaml")
    where = "FAILED odd: the complaint: not written as docs/process-owner/scenarios.md says: "
    assert (code, told.splitlines(), errors) == (1, [where + said, "0 of 1 scenarios hold."], "")


def test_a_scenario_that_is_no_yaml_fails_with_its_line(shell: Shell) -> None:
    (shell.folder / "bad.yaml").write_text("title: x\nsteps: [\n")
    code, told, _ = shell.type("scenario", "bad.yaml")
    assert code == 1
    assert told.splitlines() == [
        "FAILED bad.yaml, line 3, column 1: this is no YAML: expected the node content, but found '<stream end>'.",
        "0 of 1 scenarios hold.",
    ]


@pytest.mark.parametrize("card", [None, "{", "[]", json.dumps({"url": "http://127.0.0.1:1"})])
def test_the_clock_of_a_demo_that_was_never_started_says_so(shell: Shell, card: str | None) -> None:
    file = shell.folder / "var" / "demo.json"
    if card is not None:
        file.write_text(card)
    code, _, wrong = shell.type("demo", "clock", "+2h")
    assert (code, wrong) == (2, (
        f"No demo was started here: there is no {file}. Start it with `redress demo run`." if card is None
        else f"{file} is not what the demo wrote. Start it anew with `redress demo run --fresh`."
    ))  # fmt: skip


def test_unknown_people_and_posts_are_named(shell: Shell) -> None:
    migrate.upgrade(Settings().database_url)
    for words, sentence in (
        (["user", "token", "nobody"], "Nobody has this id."),
        (["user", "leave", "nobody"], "Nobody has this id."),
        (["user", "away", "nobody", "--until", "2099-03-05T10:00+08:00"], "Nobody has this id."),
        (["user", "back", "nobody"], "Nobody has this id."),
        (["user", "add", "Bad Login", "x"], "A login has 2 to 40 lower-case letters, figures, dots and hyphens."),
    ):
        assert shell.type(*words) == (2, "", sentence), words
    code, _, wrong = shell.type("user", "appoint", "nosuch", "li.na")
    assert code == 2
    assert wrong.startswith("posts.toml defines no post 'nosuch' (known: duty_officer, ")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("REDRESS_PORT", "abc", "The setting REDRESS_PORT does not fit: "),
        ("REDRESS_MAX_BODY_BYTES", "1", "The setting REDRESS_MAX_BODY_BYTES does not fit: "),
        ("REDRESS_METRICS_TOKEN", "short", "The setting REDRESS_METRICS_TOKEN does not fit: it has 20 to 200 "),
        ("REDRESS_DATABASE_URL", "mysql://x/y", "The database address is neither "),
    ],
)
def test_a_setting_that_does_not_fit_is_named_in_one_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    code, _, wrong = shell.type("doctor")
    assert code == 2
    assert wrong.startswith(told)
    assert "\n" not in wrong
    assert "short" not in wrong


@pytest.mark.parametrize("number", sorted(OF_FILES))
def test_every_fault_of_a_file_has_a_sentence_with_its_name(number: int) -> None:
    sentence = of_file(OSError(number, os.strerror(number), "a.bpmn"))
    assert "a.bpmn" in sentence
    assert "Errno" not in sentence
    assert said(OSError(number, os.strerror(number), "a.bpmn")) == ([sentence], 2)


def test_a_fault_nobody_thought_of_still_names_the_file() -> None:
    assert of_file(OSError(5, "Input/output error", "a.bpmn")) == "a.bpmn cannot be used: Input/output error."
    assert of_file(OSError("a sentence of our own")) == "a sentence of our own"


@pytest.mark.parametrize(
    ("language", "said_so"), [("", "does not exist"), ("zh-CN", "边界事件"), ("ko", "경계 이벤트")]
)
def test_publishing_what_has_errors_tells_them_as_the_check_does(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, language: str, said_so: str
) -> None:
    migrate.upgrade(Settings().database_url)
    folder = shell.folder / "bpmn"
    shutil.copytree(Settings().bpmn_folder, folder)
    drawing = folder / "complaint" / "complaint.bpmn"
    drawing.write_text(drawing.read_text("utf-8").replace('deadline("respond")', 'deadline("nosuch")', 1), "utf-8")
    monkeypatch.setenv("REDRESS_BPMN_FOLDER", str(folder))
    checked = shell.type("check", str(folder / "complaint"), "--language", language or "en")[1].splitlines()
    monkeypatch.setattr("app.refusal_words.terminal_language", lambda _: language or "en")
    code, _, wrong = shell.type("publish")
    assert code == 1
    assert said_so in wrong.splitlines()[0]
    assert wrong.splitlines()[:-1] == checked[:-1]


CARD = {"url": "http://127.0.0.1:8080", "people": [
    {"name": "Li Na", "login": "li.na", "teams": [], "posts": [], "roles": [], "token": "redress_secret"}
]}  # fmt: skip


@pytest.mark.parametrize("words", [["demo", "run"], ["demo", "run", "--fresh"]])
@pytest.mark.parametrize("taken", ["file", "port"])
def test_a_demo_that_may_not_start_prints_no_token_and_changes_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: list[str], taken: str
) -> None:
    var = shell.folder / "var"
    (var / "demo.db").write_bytes(b"somebody's")
    (var / "demo.json").write_text(json.dumps(CARD), encoding="utf-8")
    demo = demo_settings(Settings())
    with listening("127.0.0.1", 0) as sockets, ExitStack() as held:
        monkeypatch.setenv("REDRESS_PORT", str(sockets[0].getsockname()[1]))
        if taken == "file":
            held.enter_context(serving(demo.database_url))
        code, out, err = shell.type(*words)
    expected = "already serves demo.db" if taken == "file" else "another program listens there already"
    assert (code, out, expected in err) == (1, "", True), err
    assert (var / "demo.db").read_bytes() == b"somebody's"
    assert json.loads((var / "demo.json").read_text(encoding="utf-8")) == CARD
    assert {path.name for path in var.iterdir()} <= {"demo.db", "demo.json", "demo.db.lock"}


@pytest.mark.parametrize(("words", "seeded"), [(["demo", "run"], False), (["demo", "run", "--fresh"], True)])
def test_a_demo_that_starts_holds_its_file_and_its_port_from_the_first(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: list[str], seeded: bool
) -> None:
    var = shell.folder / "var"
    (var / "demo.json").write_text(json.dumps(CARD), encoding="utf-8")
    (var / "demo-clock.json").write_text('{"lead_us": 5}', encoding="utf-8")
    migrate.upgrade(demo_settings(Settings()).database_url)
    with listening("127.0.0.1", 0) as sockets:
        port = str(sockets[0].getsockname()[1])
    monkeypatch.setenv("REDRESS_PORT", port)
    seen: list[object] = []

    def seed(settings: Settings, *, present: object) -> list[DemoPerson]:
        seen.append(holder(settings.database_url))
        return []

    def serve_on(settings: Settings, application: Application, sockets: list[object]) -> None:
        seen.append((holder(settings.database_url), len(sockets)))
        application.database.close()

    monkeypatch.setattr("app.demo.seed", seed)
    monkeypatch.setattr("app.serve.serve_on", serve_on)
    code, out, err = shell.type(*words)
    assert (code, err) == (0, "")
    assert seen == [*([os.getpid()] if seeded else []), (os.getpid(), 1)]
    assert ("redress_secret" in out, (var / "demo-clock.json").exists()) == (not seeded, not seeded)
    assert json.loads((var / "demo.json").read_text(encoding="utf-8"))["url"] == f"http://127.0.0.1:{port}"


def test_an_address_that_is_no_database_does_not_fit(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_DATABASE_URL", "nonsense")
    told = "The database address is neither an SQLite nor a PostgreSQL address."
    assert shell.type("doctor") == (2, "", told)


@pytest.mark.parametrize(
    ("errors", "warnings", "language", "told"),
    [
        (1, 2, "en", "1 error, 2 warnings."),
        (2, 1, "en", "2 errors, 1 warning."),
        (0, 0, "en", "0 errors, 0 warnings."),
        (1, 2, "zh-CN", "1 个错误，2 个警告。"),
        (1, 2, "ko", "오류 1개, 경고 2개."),
    ],
)
def test_findings_are_counted_in_the_right_number(errors: int, warnings: int, language: str, told: str) -> None:
    assert counted(errors, warnings, finding_words(Settings().locale_folder), language) == told


def test_people_go_away_come_back_and_leave_by_commands(shell: Shell) -> None:
    migrate.upgrade(Settings().database_url)
    code, out, wrong = shell.type("user", "add", "an.na", "An Na", "--team", "service", "--language", "en")
    assert (code, out.startswith("One-time code of an.na, shown once: "), wrong) == (0, True, "")
    words = ("--from", "2020-01-01T00:00Z", "--until", "2099-03-05T10:00+08:00", "--note", "Ask Bo.")
    told = "an.na is away from 2020-01-01T00:00+00:00 until 2099-03-05T10:00+08:00."
    assert shell.type("user", "away", "an.na", *words) == (0, told, "")
    later = ("--from", "2098-01-01T00:00Z", "--until", "2099-01-01T00:00Z")
    told = "an.na is away from 2098-01-01T00:00+00:00 until 2099-01-01T00:00+00:00."
    assert shell.type("user", "away", "an.na", *later) == (0, told, "")
    again = " Away again from 2098-01-01T00:00+00:00."
    assert shell.type("user", "back", "an.na") == (0, f"an.na is back.{again}", "")
    assert shell.type("user", "back", "an.na") == (1, "", f"an.na is not away now; nothing was changed.{again}")
    assert shell.type("user", "leave", "an.na") == (0, "The account an.na is closed.", "")
    wrong = "The account an.na is closed; who has left is away for good."
    assert shell.type("user", "away", "an.na", *words) == (2, "", wrong)
