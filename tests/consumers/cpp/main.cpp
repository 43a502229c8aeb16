#include <iostream>
#include <shoal/shoal.hpp>

int main() { std::cout << shoal::dtype_name(shoal::promote(shoal::DType::Int32, 0.5)) << "\n"; }
