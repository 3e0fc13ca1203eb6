"""The HTTP client of SDK and command line; needs httpx, the domain and the errors, nothing else."""
