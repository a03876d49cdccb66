"""The verbs of the engine, one a file: what people and the house can do to any case, whatever its process."""
