"""The same with pandas."""

# %% Imports
import pandas as pd

# %% A lazy data frame of 336,776 flights, every column's type found
flights = pd.read_csv("flights.csv")
print(flights.dtypes)

# %% The mean departure delay of each carrier
flights = pd.read_csv("flights.csv")
print(flights.groupby("carrier").dep_delay.mean())
