"""The supervisor that goes with a run wherever it executes: standard library only, Python 3.9+."""
