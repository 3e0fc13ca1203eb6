"""Scripts that write streams which describe themselves, and keep a second name of each beside."""

from __future__ import annotations

import inspect
from pathlib import Path

from tests.chaos.history import line

# A hard link is a second name of the very file that the kernel wrote: exact to the byte, also if the
# script is killed within a line or the disk fills, and it is there when the run's folder is cleared.
_BEGIN = """\
import os, sys, time, zlib

{line}
for number, name in ((1, "stdout"), (2, "stderr")):
    kept = os.path.join({witness!r}, os.environ["SAFELIGHT_RUN_ID"] + "." + name)
    os.link(os.readlink(f"/proc/self/fd/{{number}}"), kept)

def write(stream, text):
    left = text.encode()
    while left:
        try:
            left = left[os.write(stream, left):]
        except OSError:
            os._exit(9)  # a full disk: a traceback would not be a line of ours
"""

STEADY = """
lines, pause, width = {lines}, {pause}, {width}
for number in range(1, lines + 1):
    write(1, line(number, "x" * (number * 7 % width)))
    if number % 2 == 0:
        write(2, line(number // 2, "e"))
    time.sleep(pause)
write(1, f"end {{lines}}\\n")
write(2, f"end {{lines // 2}}\\n")
"""

FLOOD = """
text = "y" * 80
for first in range(1, {lines}, 1000):
    write(1, "".join(line(number, text) for number in range(first, first + 1000)))
write(1, "end {lines}\\n")
write(2, "end 0\\n")
"""

FAILING = """
for number in range(1, {lines} + 1):
    write(1, line(number, "so far"))
write(2, line(1, "no further"))
sys.exit(3)
"""

STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
number = 0
while True:
    number += 1
    write(1, line(number, "still here"))
    time.sleep(0.02)
"""


PATIENT = """
number = 0
while not os.path.exists({until!r}):
    number += 1
    write(1, line(number, "waiting"))
    time.sleep(0.02)
write(1, f"end {{number}}\\n")
write(2, "end 0\\n")
"""


def script(body: str, witness: Path, **given: float | str) -> str:
    """The whole script; its witness is kept in that folder."""
    begin = _BEGIN.format(line=inspect.getsource(line), witness=str(witness))
    return begin + body.format(**given)
