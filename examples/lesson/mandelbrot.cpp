// The Mandelbrot set with arrays: the NumPy program of the lesson in C++.
#include <shoal/shoal.hpp>

#include <complex>
#include <fstream>
#include <iostream>
#include <string>

using namespace shoal;
using namespace std::complex_literals;

// The number of iterations after which each point diverges.
Array mandelbrot(int h, int w, int maxit = 20, int r = 2) {
  Array x = linspace(-2.5, 1.5, 4 * h + 1);
  Array y = linspace(-1.5, 1.5, 3 * w + 1);
  auto [A, B] = meshgrid(x, y);
  Array C = A + B * 1.0i;
  Array z = zeros_like(C);
  Array divtime = maxit + zeros(z.shape(), {.dtype = DType::Int64});

  for (int i = 0; i < maxit; ++i) {
    z = pow(z, 2) + C;
    Array diverge = abs(z) > r;
    Array div_now = diverge & (divtime == maxit);
    divtime[div_now] = i;
    z[diverge] = r;
  }
  return divtime;
}

// mandelbrot [SIZE [FILE]]: h = w = SIZE; writes the picture as a plain grey map where asked to.
int main(int argc, char** argv) {
  const int size = argc > 1 ? std::stoi(argv[1]) : 500;
  Array lazy = mandelbrot(size, size);
  std::cout << lazy << "\n";
  NDArray<std::int64_t> divtime = lazy.compute<std::int64_t>();

  std::int64_t sum = 0;
  for (std::int64_t iterations : divtime.span()) sum += iterations;
  std::cout << sum << "\n";
  if (argc > 2) {
    std::ofstream picture(argv[2]);
    picture << "P2 " << divtime.shape()[1] << " " << divtime.shape()[0] << " 20\n";
    for (std::int64_t iterations : divtime.span()) picture << iterations << "\n";
  }
}
