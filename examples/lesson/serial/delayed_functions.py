"""The same with plain Python."""


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
    a = inc(x)
    b = double(x)
    c = add(a, b)
    output.append(c)

print(sum(output))
