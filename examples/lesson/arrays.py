"""Arrays: many elements of one type, cut into chunks, computed when asked for."""

# %% Imports
import shoal.array as da

# %% A lazy array of 100 million random numbers
x = da.random.random((10000, 10000), chunks=(1000, 1000))
print(x)

# %% All its elements
print(x.compute())

# %% Their sum
print(x.sum())
print(x.sum().compute())

# %% x + x.T, every second row, the right half, the mean of each row
y = x + x.T
z = y[::2, 5000:].mean(axis=1)
print(z.compute())

# %% The plan of a small one, and a picture of its tasks
small = da.random.random((4, 4), chunks=(2, 2))
total = (small + small.T).sum()
print(total.explain())
print(total.visualize("array-graph.svg"))
