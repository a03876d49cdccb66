"""Scenarios: the tests that process owners write, played on a virtual clock (`redress scenario`)."""
