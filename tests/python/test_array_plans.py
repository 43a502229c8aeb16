"""What is run: how many tasks, what is fused, what is never in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shoal
import shoal.array as da
from array_checks import assert_eq, assert_same


def as_run(lazy):
    """The plan after the passes, a line each, and the number of tasks."""
    text = lazy.explain()
    plan = text.split("As run:\n")[1].split("\n\n")[0].splitlines()
    return plan, int(text.split("Tasks: ")[1].split()[0].strip(","))


def random(shape=(10000, 10000), chunks=1000):
    return da.random.default_rng(1).random(shape, chunks=chunks)


def test_a_sum_of_random_numbers_is_one_fused_operation():
    plan, tasks = as_run(random().sum())
    assert len(plan) == 1 and plan[0].startswith("fused(random -> sum(axis=(0, 1)))")
    assert 100 < tasks <= 100 + 16


def test_the_lessons_z_is_one_fused_operation():
    x = random()
    plan, tasks = as_run((x + x.T)[::2, 5000:].mean(axis=1))
    assert len(plan) == 1 and plan[0].startswith("fused(random, add -> mean(axis=(1,)))")
    assert tasks <= 50 + 10 * 2


@pytest.mark.parametrize("chunks", [300, (1000, 70), ((1, 999), (400, 600))])
def test_fused_reductions_of_many_blocks(chunks):
    x = random((1000, 1000), chunks)
    a = x.compute()
    y = a + a.T
    assert_eq((x + x.T)[::2, 500:].mean(axis=1), y[::2, 500:].mean(axis=1), rtol=1e-13)
    assert_eq((x + x.T)[::-3].max(axis=0), y[::-3].max(axis=0))
    assert_eq((x + x.T).std(), y.std(), rtol=1e-12)


def test_small_chunks_are_joined_where_that_is_free():
    x = da.ones((3000, 3000), chunks=10)
    _, tasks = as_run((x + 1).sum())
    assert tasks < 2000
    assert (x + 1)._handle.stored().block_count < 2000
    _, tasks = as_run(x.sum(axis=0))
    assert tasks < 2 * 300 * 3 + 300  # the 300 columns of chunks are the result's


def test_unrolled_loops_are_one_fused_operation():
    x = da.linspace(0, 1, 1000, chunks=100)
    for _ in range(300):
        x = x * 0.5 + 1
        x[x > 1.5] = 0
    plan, tasks = as_run(x)
    assert len(plan) == 1 and plan[0].startswith("fused(linspace, multiply, add, greater, where)")
    assert tasks == 10


def test_selections_reach_the_sources():
    x = random()
    plan, tasks = as_run((da.exp(x) + 1)[:5, 7])
    assert len(plan) == 1 and tasks == 1
    plan, tasks = as_run(da.exp(x).mean(axis=1)[:10])
    assert len(plan) == 1 and tasks <= 10 + 3


def test_work_of_two_users_is_done_once():
    x = da.exp(random((100, 100), 50))
    plan, _ = as_run(x - x.mean())
    assert len({line.strip() for line in plan if "exp" in line}) == 1
    assert_eq(x - x.mean(), x.compute() - x.compute().mean(), rtol=1e-12, atol=1e-13)


def test_cheap_work_of_two_users_is_done_twice_rather_than_kept():
    x = random() * 2 + 1
    plan, _ = as_run((x - x.mean()).max())
    computing = [line.strip() for line in plan if not line.strip().startswith("read")]
    assert len(computing) == 2
    assert all(line.startswith("fused(random, multiply, add") for line in computing)


def test_disjoint_slices_of_dear_work_do_not_compute_the_rest():
    x = da.exp(da.log(random((1000, 1000), 100) + 1))
    plan, tasks = as_run(x[:10] + x[-10:])
    assert len(plan) == 1 and tasks == 10


def test_dear_work_is_not_repeated_by_broadcasting():
    row = da.exp(da.exp(da.linspace(0, 1, 1000, chunks=100)))
    x = random((1000, 1000), 100) * row
    plan, _ = as_run(x)
    assert len(plan) == 3  # the product, a broadcast view, the row
    assert_eq(x[:3], x.compute()[:3])


# Megabytes at this process's peak. Not ru_maxrss, which begins with the peak of the process that
# started it.
PEAK_MEGABYTES = """
def peak_megabytes():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
"""


def test_the_result_is_written_once():
    # The tasks of the last operation write into the result: one array of it in memory, no more.
    program = f"""
import shoal.array as da
{PEAK_MEGABYTES}
before = peak_megabytes()
x = (da.random.random((5000, 5000), chunks=500) + 1).compute()
print(peak_megabytes() - before)
"""
    megabytes = float(subprocess.check_output([sys.executable, "-c", program], text=True))
    assert megabytes < 191 * 1.25


def test_a_large_random_array_is_summed_in_little_memory():
    program = f"""
import shoal.array as da
{PEAK_MEGABYTES}
x = da.random.default_rng(0).random((40000, 40000), chunks=(1000, 1000))
assert abs(x.sum().compute() / 1.6e9 - 0.5) < 1e-4
print(peak_megabytes())
"""
    megabytes = float(subprocess.check_output([sys.executable, "-c", program], text=True))
    assert megabytes < 400


def test_one_large_chunk_is_made_by_many_tasks():
    x = da.ones((3000, 2000), chunks=-1)
    assert x._handle.stored().block_count > 20
    _, tasks = as_run(x.sum())
    assert tasks > 3


def test_several_results_of_one_run_are_each_their_own():
    x = random((300, 300), 100)
    first, second, total = shoal.compute(x, x, x.sum())
    assert first is not second
    first[:] = 0
    assert_same(second, x.compute())
    assert total == pytest.approx(second.sum())
    value = shoal.delayed(lambda array: array)(x)
    once, twice = value.compute(), value.compute()
    once[:] = 0
    assert_same(twice, second)


def test_explain_and_visualize(tmp_path):
    x = random((4, 4), 2)
    total = (x + x.T).sum()
    text = total.explain()
    assert "As written" in text and "transpose" in text and "fused(random, add -> sum" in text
    path = total.visualize(str(tmp_path / "graph.dot"))
    assert "random" in Path(path).read_text()


def mandelbrot(np, h, w, maxit=20, r=2, **options):
    x = np.linspace(-2.5, 1.5, 4 * h + 1, **options)
    y = np.linspace(-1.5, 1.5, 3 * w + 1, **options)
    A, B = np.meshgrid(x, y)
    C = A + B * 1j
    z = np.zeros_like(C)
    divtime = maxit + np.zeros(z.shape, dtype=int)
    for i in range(maxit):
        z = z**2 + C
        diverge = abs(z) > r
        div_now = diverge & (divtime == maxit)
        divtime[div_now] = i
        z[diverge] = r
    return divtime


@pytest.mark.parametrize(("h", "w"), [(1, 1), (7, 4), (100, 100), (200, 200), (500, 500)])
def test_the_mandelbrot_set_is_numpys_to_the_last_pixel(h, w):
    expected = mandelbrot(np, h, w)
    np.testing.assert_array_equal(mandelbrot(da, h, w).compute(), expected)
    lazy = mandelbrot(da, h, w, chunks=200)
    np.testing.assert_array_equal(lazy.compute(), expected)
    plan, tasks = as_run(lazy)
    assert len(plan) == 1 and tasks == lazy.npartitions


def test_the_mandelbrot_set_without_the_passes():
    assert_eq(mandelbrot(da, 9, 8, chunks=10), mandelbrot(np, 9, 8))
