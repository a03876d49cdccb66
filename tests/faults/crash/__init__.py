"""Processes that die at a named point of a change."""
