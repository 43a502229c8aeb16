"""Runs a script cell by cell and reports each cell's output and time as a line of JSON.

Cells start at "# %% Title" lines, the format that editors know. Usage: run_cells.py SCRIPT
"""

import contextlib
import io
import json
import re
import sys
import time
import traceback
from pathlib import Path


def cells(text: str) -> list[tuple[str, str]]:
    """The (title, code) of each cell; code keeps its line numbers for tracebacks."""
    starts = [(match.start(), match.group(1)) for match in re.finditer(r"(?m)^# %% (.*)$", text)]
    found = []
    for (start, title), (end, _) in zip(starts, [*starts[1:], (len(text), "")], strict=True):
        found.append((title.strip(), "\n" * text[:start].count("\n") + text[start:end]))
    return found


def run(path: Path) -> int:
    report = sys.stdout
    namespace = {"__name__": "__main__", "__file__": str(path)}
    for title, code in cells(path.read_text()):
        output = io.StringIO()
        start = time.perf_counter()
        try:
            with contextlib.redirect_stdout(output):
                exec(compile(code, str(path), "exec"), namespace)  # noqa: S102  the lesson's own scripts
        except Exception:  # noqa: BLE001  whatever a cell raises ends the script
            traceback.print_exc()
            return 1
        seconds = time.perf_counter() - start
        line = {"title": title, "seconds": seconds, "output": output.getvalue()}
        print(json.dumps(line), file=report, flush=True)
    return 0


if __name__ == "__main__":
    script = Path(sys.argv[1])
    if sys.stderr.isatty() and "serial" not in script.parts:
        from shoal.diagnostics import ProgressBar

        ProgressBar().register()
    sys.exit(run(script))
