"""Loops that move runs on: each is a `step()` that tests call, and a thread that repeats it."""
