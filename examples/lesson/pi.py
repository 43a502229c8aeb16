"""Pi on two worker processes: futures of a plain Python function."""

# %% Imports
from shoal.distributed import Client


# %% A part of the sum
def pi_chunk(n, lower, upper):
    """The terms lower to upper - 1 of the midpoint rule with n steps."""
    step = 1.0 / n
    return step * sum(
        4.0 / (1.0 + ((i + 0.5) * (i + 0.5) * step * step)) for i in range(lower, upper)
    )


# %% Four parts on two processes
if __name__ == "__main__":
    n = 10_000_000
    parts = 4
    ns = [n] * parts
    lowers = [i * n // parts for i in range(parts)]
    uppers = [(i + 1) * n // parts for i in range(parts)]

    with Client(processes=True, n_workers=2) as client:
        futures = client.map(pi_chunk, ns, lowers, uppers)
        print(sum(client.gather(futures)))

# %% The serial program starts at 1, so it lacks the first term: the two differ by 4 / n
if __name__ == "__main__":
    print(4 / n)
