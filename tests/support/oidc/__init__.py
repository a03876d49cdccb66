"""A real OpenID provider for the tests of signing in with the institution's account."""
