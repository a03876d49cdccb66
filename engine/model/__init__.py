"""Plain data that the floors of the engine share: no database, no clock, no library."""
