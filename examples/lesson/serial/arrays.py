"""The same with NumPy."""

# %% Imports
import numpy as np

# %% All its elements
x = np.random.random((10000, 10000))
print(x)

# %% Their sum
print(np.random.random((10000, 10000)).sum())

# %% x + x.T, every second row, the right half, the mean of each row
x = np.random.random((10000, 10000))
y = x + x.T
z = y[::2, 5000:].mean(axis=1)
print(z)
