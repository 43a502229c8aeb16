"""The README's programs do as it says."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    """The first block of that language."""
    match = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return match[1]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a surveys.csv."""
    spec = importlib.util.spec_from_file_location("make_surveys", ROOT / "tools/make_surveys.py")
    make_surveys = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_surveys)
    make_surveys.make_surveys(tmp_path / "surveys.csv")
    return tmp_path


def output_of(*command, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_program(folder):
    (folder / "program.py").write_text(block("python"))
    lines = output_of(sys.executable, "program.py", cwd=folder).splitlines()
    assert "shoal.array" in lines[0]
    assert "[2, 4, 6, 8, 10] 15 15" in lines
    assert lines[-2:] == ["50", "55"]


def test_cpp_program(folder):
    program = ROOT / "build/examples/readme/lesson"
    if not program.exists():
        pytest.skip("needs build/, which ./dev build makes")
    lines = output_of(program, cwd=folder).splitlines()
    assert "30 15" in lines
    assert lines[-2:] == ["50", "55"]


def test_the_cpp_program_that_is_built_is_the_readme_s():
    assert (ROOT / "examples/readme/lesson.cpp").read_text() == block("cpp")
