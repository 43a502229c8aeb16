"""The lesson's parts, Shoal beside NumPy, pandas, plain Python and Dask.

Every measurement is a process of its own that imports its library, runs the part once and reports
the part's seconds and the process's peak memory. Runs are interleaved; the table shows medians and
how many times as fast as each peer Shoal is.

Usage: peers.py [PART ...] [--repeats 5] [--peers-python PYTHON] [--shoal-python PYTHON]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOO_SLOW_TO_REPEAT = 60.0  # seconds
TIME_LIMIT = 120.0  # seconds after which a run is ended and counted as that long


def array_module(library: str):
    if library == "numpy":
        import numpy

        return numpy
    if library == "dask":
        import dask.array

        return dask.array
    import shoal.array

    return shoal.array


def finish(value, library: str):
    return value if library in ("numpy", "pandas", "python") else value.compute()


def random_array(module, library: str):
    if library == "numpy":
        return module.random.random((10000, 10000))
    return module.random.random((10000, 10000), chunks=(1000, 1000))


def array_sum(library: str):
    module = array_module(library)
    return lambda: finish(random_array(module, library).sum(), library)


def array_z(library: str):
    module = array_module(library)

    def run():
        x = random_array(module, library)
        y = x + x.T
        z = y[::2, 5000:].mean(axis=1)
        return finish(z, library).sum()

    return run


def mandelbrot(library: str):
    module = array_module(library)
    chunks = {} if library == "numpy" else {"chunks": 500}

    def run(h=500, w=500, maxit=20, r=2):
        x = module.linspace(-2.5, 1.5, 4 * h + 1, **chunks)
        y = module.linspace(-1.5, 1.5, 3 * w + 1, **chunks)
        A, B = module.meshgrid(x, y)
        C = A + B * 1j
        z = module.zeros_like(C)
        divtime = maxit + module.zeros(z.shape, dtype=int, **chunks)
        for i in range(maxit):
            z = z**2 + C
            diverge = abs(z) > r
            div_now = diverge & (divtime == maxit)
            divtime[div_now] = i
            z[diverge] = r
        return finish(divtime, library).sum()

    return run


def frame_module(library: str):
    if library == "pandas":
        import pandas

        return pandas
    if library == "dask":
        import dask.dataframe

        return dask.dataframe
    import shoal.dataframe

    return shoal.dataframe


def weight_max(library: str, **options):
    module = frame_module(library)
    options = {} if library == "pandas" else options
    return lambda: finish(module.read_csv("surveys.csv", **options).weight.max(), library)


def weight_max_small_blocks(library: str):
    return weight_max(library, blocksize="10000")


def weight_by_species(library: str):
    module = frame_module(library)

    def run():
        frame = module.read_csv("surveys.csv")
        return finish(frame.groupby("species_id").weight.mean(), library).sum()

    return run


def delay_by_carrier(library: str):
    module = frame_module(library)

    def run():
        # Dask takes the first rows' types for all rows, and fails without this.
        options = {"assume_missing": True} if library == "dask" else {}
        frame = module.read_csv("flights.csv", **options)
        return finish(frame.groupby("carrier").dep_delay.mean(), library).sum()

    return run


def five_element_bag(library: str):
    from operator import add

    if library == "python":
        from functools import reduce

        return lambda: reduce(add, [1, 2, 3, 4, 5])
    if library == "dask":
        import dask.bag as bags
    else:
        import shoal.bag as bags
    return lambda: bags.from_sequence([1, 2, 3, 4, 5], npartitions=2).fold(add).compute()


def delayed_calls(library: str, count: int = 100_000):
    def inc(x):
        return x + 1

    if library == "python":
        return lambda: sum([inc(i) for i in range(count)])
    if library == "dask":
        from dask import compute, delayed
    else:
        from shoal import compute, delayed
    later = delayed(inc)

    def run():
        return sum(compute(*[later(i) for i in range(count)], scheduler="threads"))

    return run


def pi_chunk(n, lower, upper):
    step = 1.0 / n
    return step * sum(
        4.0 / (1.0 + ((i + 0.5) * (i + 0.5) * step * step)) for i in range(lower, upper)
    )


def pi(library: str, n: int = 10_000_000, parts: int = 4):
    if library == "python":
        return lambda: pi_chunk(n, 0, n)
    if library == "dask":
        from dask.distributed import Client
    else:
        from shoal.distributed import Client

    def run():
        options = {"dashboard_address": None} if library == "dask" else {}
        with Client(processes=True, n_workers=2, threads_per_worker=1, **options) as client:
            lowers = [i * n // parts for i in range(parts)]
            uppers = [(i + 1) * n // parts for i in range(parts)]
            return sum(client.gather(client.map(pi_chunk, [n] * parts, lowers, uppers)))

    return run


# part: (what it is, the function that prepares it, the serial peer)
PARTS = {
    "array-sum": ("random((10000, 10000)).sum()", array_sum, "numpy"),
    "array-z": ("(x + x.T)[::2, 5000:].mean(axis=1)", array_z, "numpy"),
    "mandelbrot": ("Mandelbrot h = w = 500", mandelbrot, "numpy"),
    "weight-max": ("surveys.csv weight.max()", weight_max, "pandas"),
    "weight-max-blocks": (
        "the same, blocksize=10000",
        weight_max_small_blocks,
        "pandas",
    ),
    "weight-by-species": ("surveys.csv groupby mean", weight_by_species, "pandas"),
    "delay-by-carrier": ("flights.csv groupby mean", delay_by_carrier, "pandas"),
    "bag": ("five-element bag, fold", five_element_bag, "python"),
    "delayed": ("100,000 delayed(inc)", delayed_calls, "python"),
    "pi": ("pi, 1e7 terms, 2 processes", pi, "python"),
}


def peak_memory() -> float:
    """MiB. Not getrusage's, which counts the process that started this one too."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM")


def measure_here(part: str, library: str) -> None:
    run = PARTS[part][1](library)
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    peak = peak_memory()
    print(
        json.dumps({"seconds": seconds, "peak": peak, "result": float(result)}),
        flush=True,
    )


def measure(part: str, library: str, python: Path, folder: str) -> dict:
    command = [str(python), str(Path(__file__).resolve()), "--measure", part, library]
    try:
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True, timeout=TIME_LIMIT
        )
    except subprocess.TimeoutExpired:
        return {"seconds": TIME_LIMIT, "peak": None}
    return json.loads(done.stdout.splitlines()[-1])


def prepare_files(folder: str) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    from lesson import prepare

    prepare(Path(folder), None)


def table_row(part: str, runs: dict[str, list[dict]], serial: str) -> str:
    cells = [PARTS[part][0]]
    medians = {
        library: statistics.median(run["seconds"] for run in measured)
        for library, measured in runs.items()
    }
    stopped = {library for library, measured in runs.items() if measured[-1]["peak"] is None}
    for library in ("shoal", serial, "dask"):
        if library in stopped:
            cells.append(f"stopped after {TIME_LIMIT:.0f} s")
        else:
            peak = max(run["peak"] for run in runs[library])
            cells.append(f"{medians[library]:.4f} s, {peak:.0f} MiB")
    for library in (serial, "dask"):
        over = "over " if library in stopped else ""
        cells.append(f"{over}{medians[library] / medians['shoal']:.1f}x")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peers-python", default=sys.executable)
    parser.add_argument("--shoal-python", default=sys.executable)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure_here(*options.measure)
        return
    # The programs run in another folder. Not resolve(): a virtual environment's python is a link.
    peers_python = Path(options.peers_python).absolute()
    shoal_python = Path(options.shoal_python).absolute()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown parts {sorted(unknown)}; choose from {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as folder:
        prepare_files(folder)
        print(f"\nMedians of {options.repeats} interleaved runs, peak memory of the process\n")
        print("| part | Shoal | serial | Dask | to serial | to Dask |")
        print("|---|---|---|---|---|---|", flush=True)
        for part in options.parts or PARTS:
            serial = PARTS[part][2]
            runs: dict[str, list[dict]] = {"shoal": [], serial: [], "dask": []}
            for _ in range(options.repeats):
                for library, measured in runs.items():
                    if measured and measured[0]["seconds"] > TOO_SLOW_TO_REPEAT:
                        continue
                    python = shoal_python if library == "shoal" else peers_python
                    measured.append(measure(part, library, python, folder))
            print(table_row(part, runs, serial), flush=True)


if __name__ == "__main__":
    main()
