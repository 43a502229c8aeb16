"""Delayed functions: plain functions whose calls become tasks."""

# %% Imports
from shoal import delayed


# %% Three functions
def inc(x):
    return x + 1


def double(x):
    return 2 * x


def add(x, y):
    return x + y


data = [1, 2, 3, 4, 5]

# %% A loop of delayed calls, and their sum
output = []
for x in data:
    a = delayed(inc)(x)
    b = delayed(double)(x)
    c = delayed(add)(a, b)
    output.append(c)

total = delayed(sum)(output)
print(total.compute())


# %% The same with the decorator
@delayed
def inc_later(x):
    return x + 1


@delayed
def double_later(x):
    return 2 * x


@delayed
def add_later(x, y):
    return x + y


output = []
for x in data:
    a = inc_later(x)
    b = double_later(x)
    c = add_later(a, b)
    output.append(c)

total = delayed(sum)(output)
print(total.compute())

# %% A picture of its tasks
print(total.visualize("delayed-graph.svg"))
