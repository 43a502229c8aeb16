"""The same with plain Python."""

# %% Imports
from functools import reduce
from operator import add

# %% A bag in two partitions
b = [1, 2, 3, 4, 5]
print(b)

# %% Each element doubled
print([2 * x for x in b])

# %% The even elements
print([x for x in b if x % 2 == 0])

# %% Their sum
print(sum(b))

# %% The sum as a fold
print(reduce(add, b))
