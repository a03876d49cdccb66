"""The language of expressions and of timers: what a diagram may say, read once and run safely."""
