"""The Mandelbrot set with arrays: NumPy's program, with another import."""

# %% Imports
import matplotlib.pyplot as plt
import shoal.array as np


# %% The function
def mandelbrot(h, w, maxit=20, r=2):
    """The number of iterations after which each point diverges."""
    x = np.linspace(-2.5, 1.5, 4 * h + 1)
    y = np.linspace(-1.5, 1.5, 3 * w + 1)
    A, B = np.meshgrid(x, y)
    C = A + B * 1j
    z = np.zeros_like(C)
    divtime = maxit + np.zeros(z.shape, dtype=int)

    for i in range(maxit):
        z = z**2 + C
        diverge = abs(z) > r
        div_now = diverge & (divtime == maxit)
        divtime[div_now] = i
        z[diverge] = r

    return divtime


# %% h = w = 500
divtime = mandelbrot(500, 500)
print(divtime)
picture = divtime.compute()
print(picture.sum())

# %% The picture
plt.imshow(picture)
plt.savefig("mandelbrot.png", dpi=150)
print("mandelbrot.png")
