// Every operation on every dtype it takes, against one scalar at a time.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "each_instruction_set.hpp"
#include "kernels/tile_program.hpp"

namespace shoal {
namespace {

template <class T>
constexpr bool is_complex_type = false;
template <class R>
constexpr bool is_complex_type<std::complex<R>> = true;

template <class T>
std::vector<T> sample(std::size_t count, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = generator();
    if constexpr (std::is_same_v<T, bool>) {
      values[i] = bits & 1;
    } else if constexpr (std::is_integral_v<T>) {
      values[i] = static_cast<T>(bits % 3 == 0 ? bits >> 7 : bits >> 13 & 7);
      if (std::is_signed_v<T> && bits % 5 == 0) values[i] = static_cast<T>(-values[i]);
      if (bits % 31 == 0) values[i] = std::numeric_limits<T>::min();
      if (bits % 37 == 0) values[i] = std::numeric_limits<T>::max();
    } else {
      const auto real = [](std::uint64_t from) {
        using R = decltype(std::abs(T()));
        constexpr R infinity = std::numeric_limits<R>::infinity();
        constexpr R specials[] = {R(0), -R(0), infinity, -infinity, R(NAN),
                                  R(1), R(-1), R(0.5),   R(-2.5),   R(2)};
        if (from % 4 == 0) return specials[(from >> 8) % 10];
        return static_cast<R>((static_cast<double>(from >> 11) * 0x1p-53 - 0.5) * 20);
      };
      if constexpr (is_complex_type<T>) values[i] = T(real(bits), real(generator()));
      else values[i] = real(bits);
    }
  }
  return values;
}

// bool vectors have no data(); tiles of bools are bytes.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class T>
std::vector<Stored<T>> stored(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

// ---- the reference: NumPy's semantics in plain C++ ----

template <class T>
T wrapped(unsigned __int128 value) {
  return static_cast<T>(value);
}

template <class T>
T floor_quotient(T a, T b) {
  if (b == 0) return 0;
  const __int128 x = a, y = b;
  __int128 quotient = x / y;
  if (x % y != 0 && (x < 0) != (y < 0)) --quotient;
  return static_cast<T>(quotient);
}

template <class T>
T floor_remainder(T a, T b) {
  if (b == 0) return 0;
  const __int128 x = a, y = b;
  __int128 remainder = x % y;
  if (remainder != 0 && (remainder < 0) != (y < 0)) remainder += y;
  return static_cast<T>(remainder);
}

template <class T>
T integer_power(T base, T exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == T(-1) ? (exponent % 2 ? T(-1) : T(1)) : T(0);
  std::uint64_t result = 1;
  std::uint64_t factor = static_cast<std::uint64_t>(base);
  for (auto left = static_cast<std::uint64_t>(exponent); left; left >>= 1, factor *= factor)
    if (left & 1) result *= factor;
  return static_cast<T>(result);
}

template <class R>
R modulus(std::complex<R> z) {
  R re = std::abs(z.real()), im = std::abs(z.imag());
  if (std::isinf(re) && !std::isnan(im)) return re;
  if (std::isinf(im) && !std::isnan(re)) return im;
  if (std::isinf(re) || std::isinf(im)) return std::numeric_limits<R>::infinity();
  if (std::isnan(re) || std::isnan(im)) return R(NAN);
  if (re < im) std::swap(re, im);
  const R ratio = re == 0 ? 0 : im / re;
  return std::sqrt(std::fma(ratio, ratio, R(1))) * re;
}

template <class T>
bool truth(T value) {
  return value != T(0);
}

template <class T>
bool lexicographic_less(T a, T b) {
  if constexpr (is_complex_type<T>) {
    if (std::isnan(a.imag()) || std::isnan(b.imag())) return false;
    return a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
  } else {
    return a < b;
  }
}

template <class T>
std::optional<T> unary_reference(OpCode code, T a) {
  constexpr bool integral = std::is_integral_v<T>;
  if constexpr (std::is_same_v<T, bool>) {
    if (code == OpCode::invert) return !a;
    return code == OpCode::imag ? false : a;
  } else if constexpr (is_complex_type<T>) {
    switch (code) {
      case OpCode::negative: return -a;
      case OpCode::positive: return a;
      case OpCode::square:
        return T(std::fma(a.real(), a.real(), -(a.imag() * a.imag())),
                 std::fma(a.real(), a.imag(), a.imag() * a.real()));
      case OpCode::sqrt: return std::sqrt(a);
      case OpCode::exp: return std::exp(a);
      case OpCode::sin: return std::sin(a);
      case OpCode::rint: return T(std::nearbyint(a.real()), std::nearbyint(a.imag()));
      case OpCode::conj: return std::conj(a);
      default: return std::nullopt;
    }
  } else {
    switch (code) {
      case OpCode::negative:
        if constexpr (integral) return wrapped<T>(-static_cast<unsigned __int128>(a));
        return -a;
      case OpCode::positive:
      case OpCode::real:
      case OpCode::conj: return a;
      case OpCode::imag: return T(0);
      case OpCode::absolute:
        if constexpr (integral) return a < 0 ? wrapped<T>(-static_cast<unsigned __int128>(a)) : a;
        else return std::abs(a);
      case OpCode::square:
        if constexpr (integral)
          return wrapped<T>(static_cast<unsigned __int128>(a) * static_cast<unsigned __int128>(a));
        return a * a;
      case OpCode::sign:
        return std::isnan(static_cast<double>(a)) ? a : static_cast<T>((a > 0) - (a < 0));
      default: break;
    }
    if constexpr (integral) {
      switch (code) {
        case OpCode::floor:
        case OpCode::ceil:
        case OpCode::trunc: return a;
        case OpCode::invert: return static_cast<T>(~a);
        default: return std::nullopt;
      }
    } else {
      switch (code) {
        case OpCode::sqrt: return std::sqrt(a);
        case OpCode::reciprocal: return 1 / a;
        case OpCode::floor: return std::floor(a);
        case OpCode::ceil: return std::ceil(a);
        case OpCode::trunc: return std::trunc(a);
        case OpCode::rint: return std::nearbyint(a);
        case OpCode::exp: return std::exp(a);
        case OpCode::log: return std::log(a);
        case OpCode::sin: return std::sin(a);
        case OpCode::cos: return std::cos(a);
        case OpCode::tan: return std::tan(a);
        case OpCode::tanh: return std::tanh(a);
        default: return std::nullopt;
      }
    }
  }
}

template <class T>
std::optional<T> binary_reference(OpCode code, T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    switch (code) {
      case OpCode::add:
      case OpCode::maximum:
      case OpCode::bitwise_or: return a || b;
      case OpCode::multiply:
      case OpCode::minimum:
      case OpCode::bitwise_and: return a && b;
      case OpCode::bitwise_xor: return a != b;
      default: return std::nullopt;
    }
  } else if constexpr (is_complex_type<T>) {
    switch (code) {
      case OpCode::add: return a + b;
      case OpCode::subtract: return a - b;
      case OpCode::multiply:
        return T(std::fma(a.real(), b.real(), -(a.imag() * b.imag())),
                 std::fma(a.real(), b.imag(), a.imag() * b.real()));
      case OpCode::minimum: return a != a || lexicographic_less(a, b) ? a : b;
      case OpCode::maximum: return a != a || lexicographic_less(b, a) ? a : b;
      default: return std::nullopt;
    }
  } else {
    using Wide = unsigned __int128;
    switch (code) {
      case OpCode::minimum: return a != a || a < b ? a : b;
      case OpCode::maximum: return a != a || a > b ? a : b;
      default: break;
    }
    if constexpr (std::is_integral_v<T>) {
      constexpr int bits = 8 * sizeof(T);
      const bool in_range = b >= 0 && static_cast<std::uint64_t>(b) < bits;
      switch (code) {
        case OpCode::add: return wrapped<T>(static_cast<Wide>(a) + static_cast<Wide>(b));
        case OpCode::subtract: return wrapped<T>(static_cast<Wide>(a) - static_cast<Wide>(b));
        case OpCode::multiply: return wrapped<T>(static_cast<Wide>(a) * static_cast<Wide>(b));
        case OpCode::floor_divide: return floor_quotient(a, b);
        case OpCode::remainder: return floor_remainder(a, b);
        case OpCode::power: return integer_power(a, b);
        case OpCode::bitwise_and: return static_cast<T>(a & b);
        case OpCode::bitwise_or: return static_cast<T>(a | b);
        case OpCode::bitwise_xor: return static_cast<T>(a ^ b);
        case OpCode::left_shift:
          return in_range ? wrapped<T>(static_cast<Wide>(a) << static_cast<int>(b)) : T(0);
        case OpCode::right_shift:
          return in_range ? static_cast<T>(a >> static_cast<int>(b))
                          : static_cast<T>(a < 0 ? -1 : 0);
        default: return std::nullopt;
      }
    } else {
      switch (code) {
        case OpCode::add: return a + b;
        case OpCode::subtract: return a - b;
        case OpCode::multiply: return a * b;
        case OpCode::divide: return a / b;
        case OpCode::power: return std::pow(a, b);
        case OpCode::arctan2: return std::atan2(a, b);
        case OpCode::hypot: return std::hypot(a, b);
        case OpCode::floor_divide: {
          if (b == 0) return a / b;
          const T modulo = std::fmod(a, b);
          T quotient = (a - modulo) / b;  // whole but for rounding
          if (modulo != 0 && (modulo < 0) != (b < 0)) quotient -= 1;
          if (quotient == 0) return std::copysign(T(0), a / b);
          const T floored = std::floor(quotient);
          return quotient - floored > T(0.5) ? floored + 1 : floored;
        }
        case OpCode::remainder: {
          T modulo = std::fmod(a, b);
          if (b == 0) return modulo;
          if (modulo == 0) return std::copysign(T(0), b);
          return (modulo < 0) != (b < 0) ? modulo + b : modulo;
        }
        default: return std::nullopt;
      }
    }
  }
}

template <class T>
std::optional<bool> test_reference(OpCode code, T a, T b) {
  switch (code) {
    case OpCode::equal: return a == b;
    case OpCode::not_equal: return !(a == b);
    case OpCode::less: return lexicographic_less(a, b);
    case OpCode::greater: return lexicographic_less(b, a);
    case OpCode::less_equal: return lexicographic_less(a, b) || a == b;
    case OpCode::greater_equal: return lexicographic_less(b, a) || a == b;
    case OpCode::logical_and: return truth(a) && truth(b);
    case OpCode::logical_or: return truth(a) || truth(b);
    case OpCode::logical_xor: return truth(a) != truth(b);
    case OpCode::logical_not: return !truth(a);
    default: break;
  }
  const auto each_part = [&](auto test, bool any) {
    if constexpr (is_complex_type<T>)
      return any ? test(a.real()) || test(a.imag()) : test(a.real()) && test(a.imag());
    else return test(static_cast<double>(a));
  };
  switch (code) {
    case OpCode::isnan: return each_part([](auto x) { return std::isnan(x); }, true);
    case OpCode::isinf: return each_part([](auto x) { return std::isinf(x); }, true);
    case OpCode::isfinite: return each_part([](auto x) { return std::isfinite(x); }, false);
    default: return std::nullopt;
  }
}

// ---- running one operation over memory ----

template <class T>
std::vector<Stored<T>> run(TileProgram& program, std::size_t count,
                           std::span<const TileProgram::Leaf> leaves) {
  EXPECT_EQ(program.output_dtype(0), dtype_of<T>());
  std::vector<Stored<T>> result(count + 1);
  std::memset(static_cast<void*>(&result[count]), 0x5A, sizeof result[count]);
  const Stored<T> guard = result[count];
  const TileProgram::Output output{result.data(), {static_cast<std::int64_t>(sizeof(T))}};
  const auto extent = static_cast<std::int64_t>(count);
  program.run(std::span(&extent, 1), leaves, std::span(&output, 1));
  EXPECT_EQ(std::memcmp(&guard, &result[count], sizeof guard), 0) << "wrote beyond the end";
  result.pop_back();
  return result;
}

template <class R>
bool same_real(R a, R b) {
  if (a != a || b != b) return a != a && b != b;
  if constexpr (std::is_floating_point_v<R>) return a == b && std::signbit(a) == std::signbit(b);
  return a == b;
}
template <class T>
bool same(T a, T b) {
  if constexpr (is_complex_type<T>)
    return same_real(a.real(), b.real()) && same_real(a.imag(), b.imag());
  else return same_real(a, b);
}

constexpr std::size_t lengths[] = {0, 1, 7, 8, 9, 63, 64, 65, 511, 512, 513, 1500};

// Compares when the reference knows the operation; counts those it does.
template <class Result, class T, class Reference>
bool check(const OpInfo& info, Reference reference) {
  if (!reference(T(), T())) return false;
  for (std::size_t count : lengths) {
    SCOPED_TRACE(std::string(info.name) + " of " + std::string(dtype_name(dtype_of<T>())) +
                 ", length " + std::to_string(count));
    const auto a = sample<T>(count, 1);
    auto b = sample<T>(count, 2);
    const auto stored_a = stored(a), stored_b = stored(b);
    TileBuilder builder;
    std::vector<Register> operands;
    std::vector<TileProgram::Leaf> leaves;
    for (int i = 0; i < info.arity; ++i) {
      operands.push_back(builder.memory_leaf(dtype_of<T>()));
      leaves.push_back(TileProgram::Leaf::memory(i == 0 ? stored_a.data() : stored_b.data(),
                                                 {static_cast<std::int64_t>(sizeof(T))}));
    }
    builder.add_output(builder.apply(info, operands));
    TileProgram program = builder.build();
    const auto got = run<Result>(program, count, leaves);
    for (std::size_t i = 0; i < count; ++i) {
      const Result want = *reference(a[i], b[i]);
      if (!same<Result>(static_cast<Result>(got[i]), want)) {
        ADD_FAILURE() << "element " << i << " of " << a[i] << ", " << b[i] << ": " << got[i]
                      << " instead of " << want;
        return true;
      }
    }
  }
  return true;
}

template <class T>
class Operations : public testing::Test {};
using AllTypes = testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                                std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, float,
                                double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(Operations, AllTypes);

TYPED_TEST(Operations, EqualTheScalarReference) {
  using T = TypeParam;
  int checked = 0;
  for (const OpInfo& info : elementwise_operations()) {
    if (info.code == OpCode::where) continue;
    DType dtypes[2] = {dtype_of<T>(), dtype_of<T>()};
    Resolution resolution;
    try {
      resolution = resolve(info, std::span(dtypes, static_cast<std::size_t>(info.arity)));
    } catch (const TypeError&) {
      continue;
    }
    if (resolution.result == DType::Bool && !std::is_same_v<T, bool>) {
      checked += check<bool, T>(info, [&](T a, T b) { return test_reference(info.code, a, b); });
    } else if (resolution.result == dtype_of<T>()) {
      checked += check<T, T>(info, [&](T a, T b) -> std::optional<T> {
        if constexpr (std::is_same_v<T, bool>)
          if (const auto tested = test_reference(info.code, a, b)) return tested;
        return info.arity == 1 ? unary_reference(info.code, a) : binary_reference(info.code, a, b);
      });
    } else if (info.code == OpCode::absolute) {
      if constexpr (is_complex_type<T>)
        checked += check<typename T::value_type, T>(
            info, [](T a, T) { return std::optional(modulus(a)); });
    } else if (info.code == OpCode::real) {
      if constexpr (is_complex_type<T>)
        checked +=
            check<typename T::value_type, T>(info, [](T a, T) { return std::optional(a.real()); });
    } else if (info.code == OpCode::imag) {
      if constexpr (is_complex_type<T>)
        checked +=
            check<typename T::value_type, T>(info, [](T a, T) { return std::optional(a.imag()); });
    }
  }
  EXPECT_GE(checked, 20);
}

TYPED_TEST(Operations, WhereChooses) {
  using T = TypeParam;
  for (std::size_t count : lengths) {
    const auto condition = stored(sample<bool>(count, 3));
    const auto a = stored(sample<T>(count, 1));
    const auto b = stored(sample<T>(count, 2));
    TileBuilder builder;
    const Register c = builder.memory_leaf(DType::Bool);
    const Register x = builder.memory_leaf(dtype_of<T>());
    const Register y = builder.memory_leaf(dtype_of<T>());
    builder.add_output(builder.apply(OpCode::where, {c, x, y}));
    TileProgram program = builder.build();
    constexpr auto size = static_cast<std::int64_t>(sizeof(T));
    const TileProgram::Leaf leaves[] = {TileProgram::Leaf::memory(condition.data(), {1}),
                                        TileProgram::Leaf::memory(a.data(), {size}),
                                        TileProgram::Leaf::memory(b.data(), {size})};
    const auto got = run<T>(program, count, leaves);
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_TRUE(same<Stored<T>>(got[i], condition[i] ? a[i] : b[i])) << i;
  }
}

TYPED_TEST(Operations, CastsToEveryDType) {
  using T = TypeParam;
  constexpr std::size_t count = 200;
  std::vector<Stored<T>> values(count);
  for (std::size_t i = 0; i < count; ++i)  // what every dtype can hold, fractions apart
    values[i] = static_cast<Stored<T>>(std::is_same_v<T, bool> ? i % 2 : i % 127);
  for (int to = 0; to < 13; ++to) {
    visit_dtype(static_cast<DType>(to), [&]<class To>(TypeTag<To>) {
      TileBuilder builder;
      builder.add_output(builder.cast(builder.memory_leaf(dtype_of<T>()), dtype_of<To>()));
      TileProgram program = builder.build();
      const auto leaf =
          TileProgram::Leaf::memory(values.data(), {static_cast<std::int64_t>(sizeof(T))});
      const auto got = run<To>(program, count, std::span(&leaf, 1));
      for (std::size_t i = 0; i < count; ++i) {
        const int number =
            std::is_same_v<T, bool> ? static_cast<int>(i % 2) : static_cast<int>(i % 127);
        const To want = std::is_same_v<To, bool> ? To(number != 0) : static_cast<To>(number);
        ASSERT_EQ(static_cast<To>(got[i]), want) << i << " to " << dtype_name(dtype_of<To>());
      }
    });
  }
}

TEST(OperationsOfTwoDTypes, Int64AndUInt64CompareExactly) {
  const std::vector<std::int64_t> a = {
      -1, 0, 1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max(),
      -5};
  const std::vector<std::uint64_t> b = {std::numeric_limits<std::uint64_t>::max(),
                                        0,
                                        2,
                                        std::numeric_limits<std::int64_t>::max(),
                                        (1ull << 63),
                                        0};
  for (OpCode code : {OpCode::equal, OpCode::not_equal, OpCode::less, OpCode::less_equal,
                      OpCode::greater, OpCode::greater_equal}) {
    for (bool swapped : {false, true}) {
      TileBuilder builder;
      const Register x = builder.memory_leaf(DType::Int64);
      const Register y = builder.memory_leaf(DType::UInt64);
      builder.add_output(swapped ? builder.apply(code, {y, x}) : builder.apply(code, {x, y}));
      TileProgram program = builder.build();
      const TileProgram::Leaf leaves[] = {TileProgram::Leaf::memory(a.data(), {8}),
                                          TileProgram::Leaf::memory(b.data(), {8})};
      const auto got = run<bool>(program, a.size(), leaves);
      for (std::size_t i = 0; i < a.size(); ++i) {
        const __int128 left = swapped ? static_cast<__int128>(b[i]) : a[i];
        const __int128 right = swapped ? static_cast<__int128>(a[i]) : b[i];
        EXPECT_EQ(got[i] != 0, *test_reference(code, left, right)) << operation(code).name << i;
      }
    }
  }
}

TEST(Power, OfAConstantIsTheCheaperOperation) {
  TileBuilder builder;
  const Register z = builder.memory_leaf(DType::Complex128);
  const auto power = [&](Scalar exponent) {
    return builder.apply(OpCode::power, {z, builder.constant(exponent, DType::Complex128)});
  };
  EXPECT_EQ(power(2.0), builder.apply(OpCode::square, {z}));
  EXPECT_EQ(power(0.5), builder.apply(OpCode::sqrt, {z}));
  EXPECT_EQ(power(-1.0), builder.apply(OpCode::reciprocal, {z}));
  EXPECT_EQ(power(1.0), z);
  const Register i = builder.memory_leaf(DType::Int32);
  EXPECT_THROW(builder.apply(OpCode::power, {i, builder.constant(std::int64_t{-1}, DType::Int32)}),
               ValueError);
}

// |z| compared with a bound takes a short cut; it must agree with |z| itself, above all at the
// bound.
TEST(ModulusComparison, AgreesWithTheModulus) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (double bound : {2.0, 0.0, -1.0, 5.0, 1e-200, 1e200, infinity, double(NAN)}) {
    std::vector<std::complex<double>> values = sample<std::complex<double>>(600, 5);
    for (double angle = 0; angle < 6.3; angle += 0.01) {
      for (double nudge : {1.0, 1 - 1e-16, 1 + 2e-16, 1 + 1e-13, 1 - 1e-11})
        values.push_back(std::polar(std::isfinite(bound) ? std::abs(bound) : 1.0, angle) * nudge);
    }
    values.insert(values.end(),
                  {{3, 4}, {infinity, NAN}, {NAN, -infinity}, {1e300, 1e300}, {5e-324, 0}});
    for (OpCode code : {OpCode::less, OpCode::less_equal, OpCode::greater, OpCode::greater_equal}) {
      for (bool constant_first : {false, true}) {
        TileBuilder builder;
        const Register z = builder.memory_leaf(DType::Complex128);
        const Register size = builder.apply(OpCode::absolute, {z});
        const Register limit = builder.constant(bound, DType::Float64);
        builder.add_output(constant_first ? builder.apply(code, {limit, size})
                                          : builder.apply(code, {size, limit}));
        TileProgram program = builder.build();
        EXPECT_EQ(program.instruction_count(), 1u);
        const auto leaf = TileProgram::Leaf::memory(values.data(), {16});
        const auto got = run<bool>(program, values.size(), std::span(&leaf, 1));
        for (std::size_t i = 0; i < values.size(); ++i) {
          const double m = modulus(values[i]);
          const bool want =
              *(constant_first ? test_reference(code, bound, m) : test_reference(code, m, bound));
          ASSERT_EQ(got[i] != 0, want) << values[i] << " " << operation(code).name << " " << bound;
        }
      }
    }
  }
}

}  // namespace
}  // namespace shoal
