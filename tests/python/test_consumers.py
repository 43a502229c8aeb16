"""What a user of an installed Shoal does: four lines of C++, four of Python.

With ccache, both installs reuse what ./dev build compiled.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow
import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSUMERS = ROOT / "tests/consumers"
BUILD = ROOT / "build"

pytestmark = pytest.mark.skipif(
    not (BUILD / "CMakeCache.txt").exists(), reason="needs build/, which ./dev build makes"
)


def run(*command, **options) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", BUILD, "--component", "cpp", "--prefix", folder)
    return folder


def test_cpp_program_finds_the_installed_package(prefix, tmp_path):
    run(
        "cmake",
        "-S",
        CONSUMERS / "cpp",
        "-B",
        tmp_path,
        "-G",
        "Ninja",
        f"-DCMAKE_PREFIX_PATH={prefix}",
    )
    run("cmake", "--build", tmp_path)
    assert run(tmp_path / "consumer") == "float64\n"


def test_installed_headers_need_no_arrow_and_no_highway(prefix):
    for header in prefix.glob("include/shoal/*.hpp"):
        text = header.read_text()
        assert "#include <arrow/" not in text, header
        assert "#include <hwy/" not in text, header


def test_cpp_config_says_when_its_arrow_is_gone(prefix, tmp_path):
    (config,) = prefix.glob("lib*/**/shoal-config.cmake")
    moved = tmp_path / "prefix/lib/cmake/shoal"
    moved.mkdir(parents=True)
    for file in config.parent.glob("*.cmake"):
        (moved / file.name).write_text(file.read_text().replace("libarrow.so", "libgone.so"))
    done = subprocess.run(
        [
            "cmake",
            "-S",
            CONSUMERS / "cpp",
            "-B",
            tmp_path / "b",
            "-G",
            "Ninja",
            f"-DCMAKE_PREFIX_PATH={tmp_path}/prefix",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "is gone: build and install shoal again" in " ".join(done.stderr.split())


@pytest.fixture(scope="module")
def site() -> Path:
    """A folder with Shoal installed by pip, and the pyarrow of this interpreter beside it."""
    folder = BUILD / "consumers/python"
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps"),
        *("--upgrade", "--target", folder),
        *("--config-settings=build-dir=build-pip",),
        *("--config-settings=cmake.define.SHOAL_WARNINGS_AS_ERRORS=ON", "."),
        cwd=ROOT,
    )
    beside = folder / "pyarrow"
    if not beside.exists():
        beside.symlink_to(Path(pyarrow.__file__).parent)
    return folder


def test_python_program_runs_with_the_installed_package(site, tmp_path):
    output = run(
        sys.executable,
        CONSUMERS / "python/program.py",
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
    )
    path, version = output.split()
    assert Path(path).parent == site / "shoal"
    assert version == "0.1.0"


def test_the_installed_module_needs_nothing_of_the_checkout(site):
    """Its libraries are found beside it, and in pyarrow's folder."""
    for library in (site / "shoal").glob("*.so"):
        found = run("ldd", library, env={"PATH": os.environ["PATH"]})
        assert "not found" not in found
        assert str(ROOT / "build/libshoal") not in found


def test_the_wheel_asks_for_the_arrow_it_was_built_with(site):
    (metadata,) = site.glob("shoal-*.dist-info/METADATA")
    major = int(pyarrow.__version__.split(".")[0])
    requires = [line for line in metadata.read_text().splitlines() if "pyarrow" in line]
    assert requires == [f"Requires-Dist: pyarrow<{major + 1},>={major}"]


def test_another_arrow_is_named_at_import(site, tmp_path):
    """A package whose libraries ask for an Arrow that is not there."""
    package = tmp_path / "shoal"
    shutil.copytree(site / "shoal", package)
    major = pyarrow.__version__.split(".")[0]
    for library in package.glob("*.so"):
        other = library.read_bytes().replace(f".so.{major}00".encode(), b".so.9900")
        library.write_bytes(other)
    done = subprocess.run(
        [sys.executable, "-c", "import shoal"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert f"shoal was built for pyarrow 99, but pyarrow {major}." in done.stderr
    assert "pip install 'pyarrow>=99,<100'" in done.stderr
