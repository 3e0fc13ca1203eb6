"""Other tools on the same COCO file: reading and writing, in multiples of `json.load` and `json.dump`.

    python -m benchmarks.peers [--small] [TOOL ...]

Each tool has an environment of its own, made on first use beside the file of the benchmark; one that cannot be
installed here is named with the reason. A tool reads the file into what it works with, and writes that as COCO
where it can. Ours is a durable import and export as the operations do them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.coco_export import as_job, json_dump
from benchmarks.coco_file import CACHE, coco_file
from benchmarks.coco_import import SMALL, forked, json_load
from benchmarks.direct_run import prepare_import

HERE = Path(__file__).parent
TOOLS = {
    "pycocotools": ["pycocotools"],
    "datumaro": ["datumaro"],
    "supervision": ["supervision"],
    "fiftyone": ["fiftyone"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a twentieth of the size")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"of {', '.join(TOOLS)}")
    asked = parser.parse_args()
    unknown = set(asked.tools) - TOOLS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    file = coco_file(*SMALL) if asked.small else coco_file()
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        load, dump = json_load(file), json_dump(file, Path(folder) / "dumped.json")
        said(file, "safelight", ours(file, Path(folder)), load, dump)
        for tool in asked.tools or TOOLS:
            try:
                said(file, tool, peer(tool, file, Path(folder)), load, dump)
            except subprocess.CalledProcessError as error:
                lines = (error.stderr or "").strip().splitlines() or ["no reason given"]
                print(f"{tool:12} not measured: {lines[-1][:200]}")


def said(file: Path, tool: str, seconds: dict[str, float | None], load: float, dump: float) -> None:
    read, written = seconds["read"], seconds["written"]
    reads = f"reads in {read / load:7.2f} x json.load" if read else "does not read it"
    writes = f"writes in {written / dump:6.2f} x json.dump" if written else "does not write it"
    print(f"{tool:12} {reads}, {writes}   ({file.name})", flush=True)


def ours(file: Path, folder: Path) -> dict[str, float | None]:
    data = folder / "data"
    run_id = prepare_import(file, data)
    return {
        "read": forked(data, run_id)[0],
        "written": as_job(data, run_id, folder / "ours.json")[0],
    }


def peer(tool: str, file: Path, folder: Path) -> dict[str, float | None]:
    """Seconds of one tool. Raises CalledProcessError where it does not install or fails."""
    place = CACHE / "peers" / tool
    python = place / "bin" / "python"
    if not (place / "installed").exists():
        venv.create(place, with_pip=True, clear=True)
        run([python, "-m", "pip", "install", "--quiet", *TOOLS[tool]])
        (place / "installed").touch()
    answer = run([python, HERE / f"{tool}_peer.py", file, folder / tool])
    found: dict[str, float | None] = json.loads(answer.splitlines()[-1])
    return found


def run(command: list[str | Path]) -> str:
    print(f"... {' '.join(Path(str(part)).name for part in command)}", file=sys.stderr)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
