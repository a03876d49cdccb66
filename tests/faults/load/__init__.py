"""Servers and workers that die while people work."""
