"""The lesson's serial program: its sum starts at 1."""

# %% Four parts on two processes
n = 10_000_000
step = 1.0 / n
print(step * sum(4.0 / (1.0 + ((i + 0.5) * (i + 0.5) * step * step)) for i in range(1, n)))
