"""Data frames: columns of several types, rows with an index, read from a file in blocks."""

# %% Imports
import shoal.dataframe as dd

# %% A lazy data frame
df = dd.read_csv("surveys.csv")
print(df)

# %% Its first rows
print(df.head())

# %% Its last rows
print(df.tail())

# %% The largest weight
print(df.weight.max().compute())

# %% The largest weight, read in blocks of 10,000 bytes
df = dd.read_csv("surveys.csv", blocksize="10000")
print(df.weight.max().compute())

# %% The same, the size given as a number
df = dd.read_csv("surveys.csv", blocksize=10000)
print(df.weight.max().compute())

# %% The mean weight of each species
print(df.groupby("species_id").weight.mean().compute())
