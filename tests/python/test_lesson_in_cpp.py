"""The lesson's C++ programs, built by ./dev, give the lesson's numbers too."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "examples" / "lesson"
sys.path.insert(0, str(ROOT / "tools"))

from lesson import prepare  # noqa: E402

if not PROGRAMS.is_dir():
    pytest.skip("the examples are not built: ./dev build", allow_module_level=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("lesson")
    prepare(folder, None)
    return folder


def run(name: str, folder: Path, *arguments: str) -> str:
    command = [str(PROGRAMS / name), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_means(output: str, expected: pd.Series) -> None:
    """The last table of an output, its middle left out, has these rows."""
    table = output[output.rindex(expected.name) :]
    shown = dict(re.findall(r"(?m)^\s*(\w\w)\s+([0-9.]+)$", table))
    assert len(shown) >= 8
    assert list(shown)[0] == expected.index[0] and list(shown)[-1] == expected.index[-1]
    for name, mean in shown.items():
        assert float(mean) == pytest.approx(expected[name], rel=1e-5)
    assert f"[{len(expected)} rows, 1 column]" in table


def test_every_python_part_has_a_cpp_program():
    lesson = ROOT / "examples" / "lesson"
    assert {path.stem for path in lesson.glob("*.py")} == {
        path.stem for path in lesson.glob("*.cpp")
    }


def test_arrays(folder):
    output = run("arrays", folder)
    assert "shape=(10000, 10000), dtype=float64, chunksize=(1000, 1000)" in output
    total = float(re.search(r"sum: (\S+)", output).group(1))
    assert total == pytest.approx(0.5e8, rel=1e-3)
    assert "5000 means" in output


def test_data_frames(folder):
    output = run("data_frames", folder)
    frame = pd.read_csv(folder / "surveys.csv")
    heaviest = [float(number) for number in re.findall(r"(?:weight|bytes|number): (\S+)", output)]
    assert heaviest == [frame.weight.max()] * 3
    check_means(output, frame.groupby("species_id").weight.mean())


def test_flights(folder):
    output = run("flights", folder)
    frame = pd.read_csv(folder / "flights.csv")
    for column, dtype in frame.dtypes.items():
        assert f"{column} {dtype}\n" in output
    check_means(output, frame.groupby("carrier").dep_delay.mean())


def test_bags(folder):
    lines = run("bags", folder).splitlines()
    assert lines[1:] == ["1 2 3 4 5 ", "2 4 6 8 10 ", "2 4 ", "sum: 15", "fold: 15"]


def test_delayed_functions(folder):
    assert run("delayed_functions", folder).splitlines()[0] == "50"


@pytest.mark.parametrize("size", [100, 200, 500])
def test_mandelbrot_equals_numpys_to_the_last_pixel(size, folder):
    import runpy

    serial = ROOT / "examples" / "lesson" / "serial" / "mandelbrot.py"
    expected = runpy.run_path(str(serial), run_name="lesson")["mandelbrot"](size, size)
    output = run("mandelbrot", folder, str(size), "picture.pgm")
    assert int(output.splitlines()[-1]) == expected.sum()
    kind, *numbers = (folder / "picture.pgm").read_text().split()
    assert kind == "P2"
    picture = np.array(numbers[3:], dtype=int).reshape(int(numbers[1]), int(numbers[0]))
    assert np.array_equal(picture, expected)


def test_pi(folder):
    pi, terms = run("pi", folder).splitlines()
    assert float(pi) == pytest.approx(np.pi, abs=1e-12)
    difference, first_term = map(float, terms.split())
    assert difference == pytest.approx(first_term, rel=1e-6)


def test_a_missing_file_ends_the_program_with_an_error(tmp_path):
    done = subprocess.run(
        [str(PROGRAMS / "data_frames")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "surveys.csv" in done.stderr
