"""Backup and restore of an installation's database, both kinds."""
