"""Our own routes, /api/v1: thin, each a view of one action."""
