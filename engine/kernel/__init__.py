"""The pure step: a version, a state and a command give the next state. `step.py` is the door."""
