"""Persistence: tables, the database handle, and one module of functions per noun. Knows no HTTP."""
