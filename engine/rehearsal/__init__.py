"""A process is walked through in memory before it is published, so that what fails is found before a case is there."""

from engine.rehearsal.findings import rehearse

__all__ = ["rehearse"]
