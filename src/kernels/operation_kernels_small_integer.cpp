#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/operation_kernels_small_integer.cpp"
#include <hwy/foreach_target.h>

#include "kernels/operation_kernels-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

void fill_small_integer(OperationKernels& kernels) {
  fill_operations<std::int8_t>(kernels);
  fill_operations<std::int16_t>(kernels);
  fill_operations<std::uint8_t>(kernels);
  fill_operations<std::uint16_t>(kernels);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {
HWY_EXPORT(fill_small_integer);
void fill_small_integer_kernels(OperationKernels& kernels) {
  HWY_DYNAMIC_DISPATCH(fill_small_integer)(kernels);
}
}  // namespace shoal
#endif
