"""The people of the demo and of the scenarios: somebody for each team and each post. They exist in no real school."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert

from access import teams
from access.tables import person, post_holder


@dataclass(frozen=True)
class Colleague:
    """One of the demo's people. The login is the person's id."""

    login: str
    name: str
    teams: tuple[str, ...]
    posts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    language: str = "zh-CN"
    deputy: Mapping[str, str] = field(default_factory=dict)
    """Post -> the login of who stands in."""


ROSTER: tuple[Colleague, ...] = (
    Colleague("li.na", "李娜", ("service",), posts=("duty_officer",), deputy={"duty_officer": "wang.fang"}),
    Colleague("wang.fang", "王芳", ("service",)),
    Colleague("kim.minji", "김민지", ("service",), language="ko"),
    Colleague(
        "chen.jing", "陈静", ("service", "leadership"), posts=("head_of_customer_service",), roles=("supervisor",)
    ),
    Colleague("zhao.lei", "赵磊", ("academic",)),
    Colleague("sun.mei", "孙梅", ("academic",), posts=("head_of_academic",)),
    Colleague("zhou.qiang", "周强", ("supervision",)),
    Colleague("wu.min", "吴敏", ("supervision",), posts=("head_of_supervision",), roles=("supervisor",)),
    Colleague("he.tao", "何涛", ("facilities",)),
    Colleague("ma.li", "马丽", ("facilities",), posts=("head_of_facilities",)),
    Colleague("gao.yan", "高岩", ("legal",)),
    Colleague("lin.feng", "林峰", ("technical",)),
    Colleague("xu.hong", "徐红", ("mediation",)),
    Colleague(
        "liu.gang", "刘刚", ("leadership",), posts=("vice_principal_teaching",),
        deputy={"vice_principal_teaching": "huang.lan"},
    ),
    Colleague("huang.lan", "黄岚", ("leadership",), posts=("academic_director",)),
    Colleague("feng.yuan", "冯远", (), posts=("outside_post",)),
    Colleague("park.owner", "Park Sora", (), roles=("process_owner",), language="en"),
    Colleague("ops", "Operator", (), roles=("operator",), language="en"),
)  # fmt: skip


def seat(connection: Connection, now: datetime) -> None:
    """Write the roster into an empty installation, in the open transaction. Not repeatable: the people must be new."""
    connection.execute(
        insert(person),
        [
            {
                "id": c.login, "name": c.name, "email": None, "language": c.language, "active": True,
                "created_at": now,
            }
            for c in ROSTER
        ],
    )  # fmt: skip
    for colleague in ROSTER:
        for team in colleague.teams:
            teams.join(connection, colleague.login, team)
        for role in colleague.roles:
            teams.give_role(connection, colleague.login, role)
        for post in colleague.posts:
            connection.execute(
                insert(post_holder).values(post=post, person=colleague.login, deputy=colleague.deputy.get(post))
            )
