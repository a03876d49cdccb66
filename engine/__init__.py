"""Runs diagrams: versions, instances, work items, clocks, messages, the event log, and the pipeline of commands."""
