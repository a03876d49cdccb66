"""Two changes that meet, in either order."""
