#include "kernels/kernel_table.hpp"

#include <string>

namespace shoal {

void fill_small_integer_kernels(OperationKernels& kernels);
void fill_large_integer_kernels(OperationKernels& kernels);
void fill_real_kernels(OperationKernels& kernels);
void fill_complex_kernels(OperationKernels& kernels);

TileKernel operation_kernel(OpCode code, DType loop) {
  static const OperationKernels kernels = [] {
    OperationKernels table;
    fill_small_integer_kernels(table);
    fill_large_integer_kernels(table);
    fill_real_kernels(table);
    fill_complex_kernels(table);
    return table;
  }();
  const TileKernel kernel =
      kernels.by_operation[static_cast<std::size_t>(code)][static_cast<std::size_t>(loop)];
  if (!kernel)
    throw InternalError("no kernel of " + std::string(operation(code).name) + " for " +
                        std::string(dtype_name(loop)));
  return kernel;
}

}  // namespace shoal
