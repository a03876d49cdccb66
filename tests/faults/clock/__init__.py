"""Clocks that differ from machine to machine, and clocks that are set."""
