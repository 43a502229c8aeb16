"""The check of include directions, on made-up trees."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("check_includes", ROOT / "tools/check_includes.py")
check_includes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_includes)


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_the_project_itself_has_no_violation():
    assert check_includes.check(ROOT) == []


@pytest.mark.parametrize(
    ("includer", "line"),
    [
        ("src/graph/graph.hpp", '#include "base/token.hpp"'),
        ("src/exec/executor.cpp", '#include "base/token.hpp"'),  # over two arrows
        ("src/base/token.cpp", '#include "base/token.hpp"'),
        ("src/base/token.cpp", '#include "token.hpp"'),  # beside it
        ("src/base/token.cpp", "#include <vector>"),
        ("src/base/token.cpp", '// #include "frame/frame.hpp"'),
        ("src/frame/frame.cpp", "#include <shoal/table.hpp>"),
        ("python/src/module.cpp", '#include "frame/frame.hpp"'),
        ("python/src/module.cpp", "#include <shoal/array.hpp>"),
    ],
)
def test_allowed(tmp_path, includer, line):
    headers = {"src/base/token.hpp": "", "src/frame/frame.hpp": ""}
    assert check_includes.check(tree(tmp_path, headers | {includer: f"{line}\n"})) == []


@pytest.mark.parametrize(
    ("includer", "line", "layers"),
    [
        ("src/base/token.cpp", '#include "graph/graph.hpp"', "base may not include graph"),
        ("src/graph/graph.cpp", "#include <shoal/dtype.hpp>", "graph may not include data"),
        ("src/exec/threads.cpp", '#include "expr/expr.hpp"', "exec may not include expr"),
        ("src/expr/expr.cpp", '#include "exec/executor.hpp"', "expr may not include exec"),
        ("src/frame/frame.cpp", "#include <shoal/array.hpp>", "frame may not include array"),
        ("src/frame/frame.cpp", "# include <shoal/array.hpp>", "frame may not include array"),
        ("src/frame/frame.cpp", '#include "../array/array.hpp"', "frame may not include array"),
        ("src/frame/frame.cpp", '#include "io/csv.hpp"', "frame may not include io"),
        ("include/shoal/dtype.hpp", "#include <shoal/kernel.hpp>", "data may not include graph"),
        ("src/io/csv.cpp", "#include <shoal/shoal.hpp>", "io may not include umbrella"),
    ],
)
def test_violations_are_named_with_their_place(tmp_path, includer, line, layers):
    headers = dict.fromkeys(
        ["src/graph/graph.hpp", "src/expr/expr.hpp", "src/exec/executor.hpp", "src/io/csv.hpp"], ""
    )
    headers |= {"src/array/array.hpp": ""}
    root = tree(tmp_path, headers | {includer: f"#pragma once\n{line}\n"})
    (problem,) = check_includes.check(root)
    assert problem.startswith(f"{includer}:2: {layers}")


def test_an_unknown_public_header_says_where_to_add_it(tmp_path):
    root = tree(
        tmp_path, {"include/shoal/news.hpp": "", "src/base/a.cpp": "#include <shoal/x.hpp>"}
    )
    first, second = check_includes.check(root)
    assert "shoal/news.hpp has no layer: add it to PUBLIC_HEADERS" in first
    assert second.startswith("src/base/a.cpp:1:")
    assert "shoal/x.hpp has no layer" in second


def test_a_folder_without_a_layer_says_where_to_add_it(tmp_path):
    root = tree(tmp_path, {"src/helpers/a.cpp": "", "src/loose.cpp": ""})
    problems = check_includes.check(root)
    assert [problem.split(":")[0] for problem in problems] == ["src/helpers/a.cpp", "src/loose.cpp"]
    assert all("add its folder to ARROWS" in problem for problem in problems)


def test_quotes_are_for_our_own_headers(tmp_path):
    (problem,) = check_includes.check(tree(tmp_path, {"src/base/a.cpp": '#include "arrow/api.h"'}))
    assert "names no header of this project" in problem


def test_the_umbrella_includes_every_public_header(tmp_path):
    root = tree(
        tmp_path,
        {
            "include/shoal/shoal.hpp": "#include <shoal/error.hpp>\n",
            "include/shoal/error.hpp": "",
            "include/shoal/value.hpp": "",
        },
    )
    assert check_includes.check(root) == [
        "include/shoal/shoal.hpp: does not include shoal/value.hpp"
    ]


def test_the_command_fails_on_a_violation(tmp_path, capsys):
    root = tree(tmp_path, {"src/base/a.cpp": "#include <shoal/array.hpp>\n"})
    assert check_includes.main([str(root)]) == 1
    assert "base may not include array" in capsys.readouterr().out
