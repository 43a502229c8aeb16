#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/operation_kernels_real.cpp"
#include <hwy/foreach_target.h>

#include "kernels/operation_kernels-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

void fill_real(OperationKernels& kernels) {
  fill_operations<bool>(kernels);
  fill_operations<float>(kernels);
  fill_operations<double>(kernels);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {
HWY_EXPORT(fill_real);
void fill_real_kernels(OperationKernels& kernels) { HWY_DYNAMIC_DISPATCH(fill_real)(kernels); }
}  // namespace shoal
#endif
