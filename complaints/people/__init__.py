"""Whom a case is about and who owns it."""
