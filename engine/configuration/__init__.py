"""`process.toml`: read with every mistake at once, and held against itself, the diagrams and the tables."""
