"""The gate that diagrams pass before they run: static checks on files, in words of their owners."""

# The modules of rules register themselves when they are read.
from engine.publication import (
    reading,  # noqa: F401
    rules_errors,  # noqa: F401
    rules_events,  # noqa: F401
    rules_expressions,  # noqa: F401
    rules_extensions,  # noqa: F401
    rules_facts,  # noqa: F401
    rules_flows,  # noqa: F401
    rules_foreign,  # noqa: F401
    rules_gateways,  # noqa: F401
    rules_identity,  # noqa: F401
    rules_labels,  # noqa: F401
    rules_layout,  # noqa: F401
    rules_loops,  # noqa: F401
    rules_messages,  # noqa: F401
    rules_names,  # noqa: F401
    rules_people,  # noqa: F401
    rules_processes,  # noqa: F401
    rules_references,  # noqa: F401
    rules_services,  # noqa: F401
    rules_starts,  # noqa: F401
    rules_timers,  # noqa: F401
    rules_unwatched,  # noqa: F401
    rules_values,  # noqa: F401
    rules_waiting,  # noqa: F401
    rules_ways,  # noqa: F401
)
from engine.publication.bundle import Bundle
from engine.publication.check import check_bundle, check_read, read_bundle
from engine.publication.context import CheckContext
from engine.publication.registry import RULES, Rule
from engine.publication.rules_messages import awaited_messages

__all__ = ["RULES", "Bundle", "CheckContext", "Rule", "awaited_messages", "check_bundle", "check_read", "read_bundle"]
