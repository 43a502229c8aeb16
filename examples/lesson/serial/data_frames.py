"""The same with pandas."""

# %% Imports
import pandas as pd

# %% Its first rows
df = pd.read_csv("surveys.csv")
print(df.head())

# %% Its last rows
df = pd.read_csv("surveys.csv")
print(df.tail())

# %% The largest weight
df = pd.read_csv("surveys.csv")
print(df.weight.max())

# %% The largest weight, read in blocks of 10,000 bytes
df = pd.read_csv("surveys.csv")
print(df.weight.max())

# %% The same, the size given as a number
df = pd.read_csv("surveys.csv")
print(df.weight.max())

# %% The mean weight of each species
df = pd.read_csv("surveys.csv")
print(df.groupby("species_id").weight.mean())
