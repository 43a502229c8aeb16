"""The closing line of ./dev test."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("count_tests", ROOT / "tools/count_tests.py")
count_tests = importlib.util.module_from_spec(spec)
spec.loader.exec_module(count_tests)

CASES = {
    "passed": "<testcase name='a'/>",
    "failed": "<testcase name='b'><failure/></testcase>",
    "broken": "<testcase name='c'><error/></testcase>",
    "skipped": "<testcase name='d'><skipped/></testcase>",
}


def junit(folder: Path, name: str, *kinds: str) -> str:
    path = folder / name
    cases = "".join(CASES[kind] for kind in kinds)
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    return str(path)


def test_files_are_added_up(tmp_path, capsys):
    first = junit(tmp_path, "cpp.xml", "passed", "passed", "skipped")
    second = junit(tmp_path, "python.xml", "passed")
    assert count_tests.main([first, second]) == 0
    assert capsys.readouterr().out == "3 passed, 0 failed, 1 skipped\n"


def test_failures_and_errors_fail(tmp_path, capsys):
    assert count_tests.main([junit(tmp_path, "a.xml", "passed", "failed", "broken")]) == 1
    assert capsys.readouterr().out == "1 passed, 2 failed, 0 skipped\n"


def test_a_run_that_broke_off_counts_as_a_failure(tmp_path, capsys):
    assert count_tests.main([junit(tmp_path, "a.xml", "passed"), str(tmp_path / "none.xml")]) == 1
    assert capsys.readouterr().out == "1 passed, 1 failed, 0 skipped\n"


def test_no_test_at_all_fails(tmp_path, capsys):
    assert count_tests.main([junit(tmp_path, "a.xml")]) == 1
    assert "no test has such a name" in capsys.readouterr().err
