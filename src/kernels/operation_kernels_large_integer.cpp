#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/operation_kernels_large_integer.cpp"
#include <hwy/foreach_target.h>

#include "kernels/operation_kernels-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

void fill_large_integer(OperationKernels& kernels) {
  fill_operations<std::int32_t>(kernels);
  fill_operations<std::int64_t>(kernels);
  fill_operations<std::uint32_t>(kernels);
  fill_operations<std::uint64_t>(kernels);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {
HWY_EXPORT(fill_large_integer);
void fill_large_integer_kernels(OperationKernels& kernels) {
  HWY_DYNAMIC_DISPATCH(fill_large_integer)(kernels);
}
}  // namespace shoal
#endif
