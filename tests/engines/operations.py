"""An internal operation for tests: what it does is in a file of the data folder."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from uuid import UUID

from safelight.runner.folder import CHECKPOINT, INTERRUPTED, RunFolder

WARM: list[str] = []


def warm(data: Path) -> None:
    WARM.append(str(data))
    (data / "warmed").touch()


def operate(data: Path, run_id: UUID) -> int | None:
    wish = (data / "wish").read_text()
    print("internal", run_id)
    if wish == "slow":
        for number in range(20):
            print("step", number)
            time.sleep(0.1)
    elif wish == "steps":  # it goes on where it was cut off
        folder = RunFolder(str(data / "runs" / str(run_id)))
        done = (folder.read(INTERRUPTED) or {}).get("number", 0)
        for number in range(done, 30):
            print("step", number)
            folder.write(CHECKPOINT, {"number": number + 1, "text": f"{number + 1} steps"})
            time.sleep(0.1)
    elif wish == "stuck":
        print("stuck")
        time.sleep(60)
    elif wish == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("deaf")
        time.sleep(60)
    elif wish == "polite":  # it has something to do before it leaves, as its last step
        signal.signal(signal.SIGTERM, lambda *_: print("bye") or sys.exit(0))
        print("polite")
        time.sleep(60)
    elif wish == "invalid":
        note = '{"kind": "invalid_input", "message": "Record 7 has no picture."}'
        (data / "runs" / str(run_id) / "failure.json").write_text(note)
        return 1
    elif wish == "raise":
        raise ValueError("a bug of ours")
    elif wish == "descriptors":
        print("open", len(list(Path("/proc/self/fd").iterdir())))
    elif wish == "warmth":
        print("warm:", WARM)
    elif wish == "exit":
        sys.exit(4)
    return None
