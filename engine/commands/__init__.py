"""What changes a case: one verb a file, each a frozen dataclass and its handler."""
