"""The real texts that the replay files: Chinese petitions, Korean petitions, English student reports."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
SUBJECT, TEXT, MOST_PEOPLE = 200, 10_000, 100_000
"""Characters of a subject and of a text, and people of a complaint, that the API takes."""

WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("charges.refund", ("退费", "退款", "退还", "환불", "refund")),
    (
        "charges.undisclosed",
        ("收费", "费用", "补课费", "등록금", "수강료", "tuition", "fee", "scholarship", "financial"),
    ),
    ("facilities.safety", ("安全", "危险", "안전", "unsafe", "danger")),
    ("facilities.environment", ("食堂", "宿舍", "급식", "food", "canteen", "dorm", "housing", "bus")),
    ("conduct.staff", ("体罚", "打学生", "폭행", "학대", "harass", "rude")),
    ("legal.contract", ("合同", "계약", "contract")),
    ("teaching.attendance", ("缺课", "결강", "absent")),
    ("teaching.content", ("课程", "教学", "教材", "수업", "교육과정", "course", "lecture", "class")),
    ("teaching.teacher", ("教师", "老师", "교사", "강사", "professor", "teacher")),
    ("service.enrolment", ("入学", "学籍", "招生", "입학", "학적", "enrol", "admission", "register")),
    ("service.certificate", ("证书", "毕业证", "자격증", "certificate")),
    ("platform.fault", ("网课", "平台", "온라인", "online", "website", "wifi", "internet")),
)
"""Category -> words that suggest it; the first that occurs wins."""


@dataclass(frozen=True)
class Source:
    """One text as it came."""

    origin: str
    language: str
    subject: str
    text: str
    people: int
    category: str


def category_of(text: str) -> str:
    """Return the category that the words of a text suggest, `other` where none does."""
    lower = text.lower()
    return next((code for code, words in WORDS if any(word in lower for word in words)), "other")


def missing() -> str | None:
    """Return why the texts cannot be read, None when they are there."""
    return None if DATA.is_dir() else "the real inputs are not beside this checkout: shared/data"


def sources() -> list[Source]:
    """Return all texts, the three languages mixed in the proportion of their numbers; always in the same order."""
    parts = [list(_chinese()), list(_korean()), list(_english())]
    placed = [((i + 0.5) / len(part), n, source) for n, part in enumerate(parts) for i, source in enumerate(part)]
    return [source for _, _, source in sorted(placed, key=lambda each: each[:2])]


def _chinese() -> Iterator[Source]:
    csv.field_size_limit(10_000_000)
    with (DATA / "cn-petitions-replied" / "petitions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Source("cn", "zh-CN", row["title"], row["body"], 1, category_of(row["title"] + row["body"]))


def _korean() -> Iterator[Source]:
    with (DATA / "kr-petitions-edu" / "petitions.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            people = min(MOST_PEOPLE, max(1, int(row["num_agree"])))
            yield Source("kr", "ko", row["title"], row["content"], people, category_of(row["title"] + row["content"]))


def _english() -> Iterator[Source]:
    with (DATA / "en-student-reports" / "reports.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["report"]
            yield Source("en", "en", f"{row['genre']}: {text[:60]}", text, 1, category_of(f"{row['genre']} {text}"))
