"""The pages: HTML that works without JavaScript, and more comfortably with it."""
