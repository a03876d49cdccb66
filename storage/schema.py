"""The one collection of tables; every module of tables registers its own here, with names by one rule."""

from __future__ import annotations

from sqlalchemy import MetaData

NAMING = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names by rule, so that a migration can name what it drops and a refusal can be read from a broken rule."""

metadata = MetaData(naming_convention=NAMING)
"""Every table of the installation."""
