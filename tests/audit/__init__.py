"""What others have found out about what we depend on, and secrets that slipped into the repository."""
