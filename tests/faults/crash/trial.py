"""One kill: what must hold after it, and after the change was repeated by another process."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.faults.crash.contents import Contents, Difference, difference
from tests.faults.crash.laboratory import Course, Laboratory, Look, Stage
from tests.faults.crash.points import kind_of


@dataclass(frozen=True)
class Verdict:
    """What came of one kill; all counts are 0 where everything holds."""

    point: str
    lost: int
    """1 where something that should be there is not."""
    doubled: int
    """1 where something is there that should not be: half a change, or the same twice."""
    stuck: int
    """1 where the change could not be repeated."""
    unsound: int
    """Findings of the doctor."""
    sent_again: int
    """Messages that went out once more, with the same key: allowed only between sending and marking."""
    said: str
    """What is wrong, empty where nothing is."""
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether everything is as it should be."""
        return not self.said


def pieces_before(course: Course, point: str) -> int:
    """Return how many commits the change has behind it at a point."""
    passed = course.points[: course.points.index(point)]
    return sum(kind_of(each).startswith("commit") for each in passed)


def tried(laboratory: Laboratory, stage: Stage, course: Course, point: str) -> Verdict:
    """Kill the change at a point, look, repeat, look again."""
    began = time.monotonic()
    killed = laboratory.kill(stage, point)
    if not killed.killed:
        said = killed.said or "the point was not reached: the change does not go the same way twice"
        return Verdict(point, 0, 0, 1, 0, 0, said, time.monotonic() - began)
    done = pieces_before(course, point)
    ended = laboratory.look(stage, used=course.pieces[done][1])
    seconds = time.monotonic() - began
    if ended.answer is None:
        return Verdict(point, 0, 0, 1, 0, 0, f"repeating failed: {ended.said or 'killed'}", seconds)
    look: Look = ended.answer
    return judged(stage, course, point, look, seconds)


def judged(stage: Stage, course: Course, point: str, look: Look, seconds: float) -> Verdict:
    """Compare what was seen after a kill with the course of the change when nobody dies."""
    done, whole = pieces_before(course, point), len(course.pieces) - 1
    wrong: list[str] = []
    should = course.pieces[done][0]
    if stage.change.whole and done not in (0, whole):
        # Nothing or all: half of it is as wrong as what nobody wrote.
        should = course.pieces[0][0]
    first = _compare(should, look.before, "after the kill", wrong)
    second = _compare(course.pieces[whole][0], look.after, "after repeating", wrong)
    everything = done == whole
    status = look.answer[0]
    if look.answer != course.answer and not (everything and status in stage.change.again):
        wrong.append(f"the repeated change is answered {status}, not {course.answer[0]}, or with another body")
    sent_again = sum((look.sent - course.sent).values())
    unsent = course.sent - look.sent
    if unsent or sent_again > (kind_of(point) == "sent" or _marks(course, point)):
        wrong.append(f"{sum(unsent.values())} messages were never sent, {sent_again} twice")
    wrong += [f"doctor: {each}" for each in look.findings]
    return Verdict(
        point, int(bool(first.missing or second.missing or unsent)), int(bool(first.extra or second.extra)), 0,
        len(look.findings), sent_again, "; ".join(wrong), seconds,
    )  # fmt: skip


def _marks(course: Course, point: str) -> bool:
    """Whether what was sent last is not marked yet at this point: its transaction is the one that is under way."""
    for each in reversed(course.points[: course.points.index(point)]):
        if kind_of(each).startswith("commit"):
            return False
        if kind_of(each) == "sent":
            return True
    return False


def _compare(wanted: Contents, found: Contents, when: str, wrong: list[str]) -> Difference:
    differs = difference(wanted, found)
    if differs.said:
        wrong.append(f"{when}: {differs.said}")
    return differs
