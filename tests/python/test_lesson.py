"""The lesson's scripts, run as they stand, with the results that the lesson gives."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "examples" / "lesson"
sys.path.insert(0, str(ROOT / "tools"))

from lesson import prepare  # noqa: E402
from make_surveys import MISSING, ROWS  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with the made-up surveys.csv and flights.csv."""
    folder = tmp_path_factory.mktemp("lesson")
    prepare(folder, None)
    return folder


def run_cells(script: str, folder: Path) -> dict[str, str]:
    """The output of each cell of a script of the lesson, by title."""
    command = [sys.executable, str(ROOT / "tools" / "run_cells.py"), str(LESSON / script)]
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    cells = [json.loads(line) for line in done.stdout.splitlines()]
    return {cell["title"]: cell["output"] for cell in cells}


@pytest.mark.parametrize("name", ["bags", "delayed_functions", "data_frames", "flights"])
def test_outputs_equal_the_serial_program(name, folder):
    serial = run_cells(f"serial/{name}.py", folder)
    ours = run_cells(f"{name}.py", folder)
    compared = [title for title in serial if serial[title]]
    assert compared
    for title in compared:
        assert ours[title] == serial[title], title


def test_arrays(folder):
    outputs = run_cells("arrays.py", folder)
    lazy = outputs["A lazy array of 100 million random numbers"]
    assert "shape=(10000, 10000)" in lazy
    assert "dtype=float64" in lazy
    assert "chunksize=(1000, 1000)" in lazy
    total = float(outputs["Their sum"].splitlines()[-1])
    assert total == pytest.approx(0.5e8, rel=1e-3)
    assert (folder / "array-graph.svg").read_text().lstrip().startswith(("<?xml", "<svg"))


def test_delayed_sum_is_50_and_its_graph_is_drawn(folder):
    outputs = run_cells("delayed_functions.py", folder)
    assert outputs["A loop of delayed calls, and their sum"] == "50\n"
    assert outputs["The same with the decorator"] == "50\n"
    picture = (folder / "delayed-graph.svg").read_text()
    assert "inc" in picture and "double" in picture and "add" in picture


def mandelbrot_functions():
    ours = runpy.run_path(str(LESSON / "mandelbrot.py"), run_name="lesson")["mandelbrot"]
    numpys = runpy.run_path(str(LESSON / "serial" / "mandelbrot.py"), run_name="lesson")
    return ours, numpys["mandelbrot"]


@pytest.mark.parametrize("size", [100, 200, 500])
def test_mandelbrot_equals_numpys_to_the_last_pixel(size, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    ours, numpys = mandelbrot_functions()
    lazy = ours(size, size)
    assert lazy.shape == (3 * size + 1, 4 * size + 1)
    expected = numpys(size, size)
    result = lazy.compute()
    assert result.dtype == expected.dtype
    assert np.array_equal(result, expected)
    assert (tmp_path / "mandelbrot.png").stat().st_size > 10_000


def test_pi_differs_from_the_serial_program_by_the_first_term(folder):
    outputs = run_cells("pi.py", folder)
    ours = float(outputs["Four parts on two processes"])
    serial = float(run_cells("serial/pi.py", folder)["Four parts on two processes"])
    (difference_title,) = [title for title in outputs if "differ by 4 / n" in title]
    assert ours - serial == pytest.approx(float(outputs[difference_title]), rel=1e-6)
    assert ours == pytest.approx(np.pi, abs=1e-12)


def test_pi_runs_as_a_plain_script(tmp_path):
    done = subprocess.run(
        [sys.executable, str(LESSON / "pi.py")], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[0]) == pytest.approx(np.pi, abs=1e-12)


def test_made_up_surveys_have_the_true_file_s_size_and_missing_values(folder):
    frame = pd.read_csv(folder / "surveys.csv")
    assert len(frame) == ROWS
    missing = frame.isna().sum()
    assert {name: int(count) for name, count in missing.items() if count} == MISSING


@pytest.fixture
def true_surveys() -> Path:
    data = os.environ.get("SHOAL_TEST_DATA")
    path = Path(data or "", "portal", "surveys.csv")
    if not data or not path.is_file():
        pytest.skip("SHOAL_TEST_DATA names no folder with portal/surveys.csv")
    return path


def test_true_surveys_give_the_lesson_s_numbers(true_surveys, tmp_path):
    import shoal.dataframe as dd

    for blocksize in (None, "10000", 10000):
        options = {} if blocksize is None else {"blocksize": blocksize}
        df = dd.read_csv(str(true_surveys), **options)
        assert len(df) == 35_549
        assert df.weight.max().compute() == 280
        assert df.weight.sum().compute() == 1_377_594
        assert df.weight.mean().compute() == pytest.approx(42.672428, abs=5e-7)
        present = {name: int(df[name].count().compute()) for name in MISSING}
        assert {name: 35_549 - count for name, count in present.items()} == {
            "weight": 3_266,
            "species_id": 763,
            "sex": 2_511,
            "hindfoot_length": 4_111,
        }
    shutil.copyfile(true_surveys, tmp_path / "surveys.csv")
    serial = run_cells("serial/data_frames.py", tmp_path)
    ours = run_cells("data_frames.py", tmp_path)
    for title, output in serial.items():
        assert ours[title] == output, title


def test_lesson_program_runs_a_part_and_prints_both_times(tmp_path):
    command = [sys.executable, str(ROOT / "tools" / "lesson.py")]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "out"), "--part", "bags"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "made up by a generator with seed 0" in done.stdout
    assert "plain Python" in done.stdout
    assert "[1, 2, 3, 4, 5]" in done.stdout


def test_lesson_program_names_a_missing_file(tmp_path):
    command = [sys.executable, str(ROOT / "tools" / "lesson.py"), "--surveys", "absent.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "absent.csv" in done.stderr
