#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/operation_kernels_complex.cpp"
#include <hwy/foreach_target.h>

#include "kernels/operation_kernels-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

void fill_complex(OperationKernels& kernels) {
  fill_operations<std::complex<float>>(kernels);
  fill_operations<std::complex<double>>(kernels);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {
HWY_EXPORT(fill_complex);
void fill_complex_kernels(OperationKernels& kernels) {
  HWY_DYNAMIC_DISPATCH(fill_complex)(kernels);
}
}  // namespace shoal
#endif
