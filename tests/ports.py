"""Ports for servers of tests: below those that the kernel gives out by itself, so that none is lost
between asking for it and listening on it (Linux: net.ipv4.ip_local_port_range, from 32768 on)."""

from __future__ import annotations

import os
import random
import socket

LOWEST, HIGHEST = 20_000, 32_000

# Suites that run side by side, and the workers of one, begin at places of their own.
_next = random.Random(os.getpid()).randrange(LOWEST, HIGHEST)


def free_port() -> int:
    """A port that nobody listens on, and that this process has not given out lately."""
    global _next
    while True:
        port, _next = _next, _next + 1 if _next < HIGHEST else LOWEST
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
