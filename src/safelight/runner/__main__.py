"""`python -m safelight.runner RUN_FOLDER`, and the entry of `runner.pyz`."""

from __future__ import annotations

import sys

from .supervisor import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
