"""Signing in: passwords, second factors, one-time codes, and what holds back who guesses."""
