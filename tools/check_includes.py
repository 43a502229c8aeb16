"""Reads the #include lines and fails on every arrow between layers that the design does not allow.

A layer is a folder of src/, or `python` for python/src. A public header belongs to the layer of its
subject. To add a layer or a public header, add a row to one of the two tables below.

usage: check_includes.py [ROOT]
"""

import os
import re
import sys
from pathlib import Path

# What each layer may include beside itself; what those may include, it may as well.
ARROWS = {
    "base": [],
    "graph": ["base"],
    "exec": ["graph"],
    "data": ["base"],
    "kernels": ["data"],
    "expr": ["graph", "data"],
    "collection": ["expr", "exec"],
    "array": ["collection", "kernels"],
    "frame": ["collection", "kernels"],
    "bag": ["collection", "kernels"],
    "delayed": ["collection", "kernels"],
    "convert": ["array", "frame", "bag", "delayed"],
    "io": ["convert"],
    "umbrella": ["io"],
    "python": ["umbrella"],
}

# The layer of each public header, include/shoal/NAME.hpp.
PUBLIC_HEADERS = {
    "error": "base",
    "config": "base",
    "value": "base",
    "kernel": "graph",
    "bound_call": "graph",
    "observer": "graph",
    "future": "exec",
    "dtype": "data",
    "block": "data",
    "table": "data",
    "operations.def": "kernels",
    "compute": "collection",
    "chunks": "array",
    "ndarray": "array",
    "array": "array",
    "dataframe": "frame",
    "bag": "bag",
    "delayed": "delayed",
    "client": "delayed",
    "convert": "convert",
    "io": "io",
    "shoal": "umbrella",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<(shoal/[^>]+)>|"([^"]+)")')


def reach(layer: str) -> set[str]:
    """All layers that `layer` may include, itself among them."""
    found: set[str] = set()
    pending = [layer]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(ARROWS[current])
    return found


def public_layer(name: str) -> str:
    layer = PUBLIC_HEADERS.get(name.removesuffix(".hpp"))
    if layer is None:
        raise LookupError(
            f"the public header shoal/{name} has no layer: add it to PUBLIC_HEADERS in"
            " tools/check_includes.py"
        )
    return layer


def layer_of(path: Path) -> str:
    """The layer of a file, from its path below the root."""
    folder, *rest = path.parts
    if folder == "python":
        return "python"
    if folder == "include":
        return public_layer("/".join(rest[1:]))
    if len(rest) < 2 or rest[0] not in ARROWS:
        raise LookupError(
            f"{path} stands in no layer: move it, or add its folder to ARROWS in"
            " tools/check_includes.py"
        )
    return rest[0]


def included_layer(target: str, includer: Path, root: Path) -> str:
    """The layer of the header of ours that an #include names."""
    if target.startswith("shoal/"):
        return public_layer(target.removeprefix("shoal/"))
    if (root / "src" / target).exists():
        return layer_of(Path("src") / target)
    beside = Path(os.path.normpath(includer.parent / target))
    if (root / beside).exists():
        return layer_of(beside)
    raise LookupError(
        f'"{target}" names no header of this project: write <{target}> for another\'s'
    )


def check_file(path: Path, root: Path) -> list[str]:
    relative = path.relative_to(root)
    try:
        layer = layer_of(relative)
    except LookupError as error:
        return [f"{relative}: {error}"]
    allowed = reach(layer)
    problems = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match[1] or match[2]
        try:
            included = included_layer(target, relative, root)
        except LookupError as error:
            problems.append(f"{relative}:{number}: {error}")
            continue
        if included not in allowed:
            others = ", ".join(sorted(allowed - {layer})) or "no other layer"
            problems.append(
                f"{relative}:{number}: {layer} may not include {included} ({target});"
                f" it may include {others}"
            )
    return problems


def check_umbrella(root: Path) -> list[str]:
    """shoal.hpp includes every other public header."""
    umbrella = root / "include/shoal/shoal.hpp"
    if not umbrella.exists():
        return []
    included = set(re.findall(r"#include <shoal/([^>]+)>", umbrella.read_text()))
    present = {path.name for path in umbrella.parent.glob("*.hpp")} - {umbrella.name}
    return [
        f"include/shoal/shoal.hpp: does not include shoal/{name}"
        for name in sorted(present - included)
    ]


def check(root: Path) -> list[str]:
    """One line for each violation below `root`."""
    problems = []
    for folder in ("include/shoal", "src", "python/src"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                problems += check_file(path, root)
    return problems + check_umbrella(root)


def main(arguments: list[str]) -> int:
    problems = check(Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
