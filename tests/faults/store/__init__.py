"""Stores that are cut off, slow, full, or stopped and started."""
