"""Bags: elements of any kind, for the first look at raw data."""

# %% Imports
from operator import add

import shoal.bag as db

# %% A bag in two partitions
b = db.from_sequence([1, 2, 3, 4, 5], npartitions=2)
print(b.compute())

# %% Each element doubled
print(b.map(lambda x: 2 * x).compute())

# %% The even elements
print(b.filter(lambda x: x % 2 == 0).compute())

# %% Their sum
print(b.sum().compute())

# %% The sum as a fold
print(b.fold(add).compute())
