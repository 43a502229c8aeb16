// Generated arrays: each element a function of its number in the whole array.
#pragma once

#include "array/group.hpp"

namespace shoal {

class RandomSource final : public GeneratedSource {
 public:
  RandomSource(std::uint64_t seed, const ArrayMeta& meta) : seed_(seed), meta_(meta) {}
  std::string name() const override { return "random"; }
  std::string parameters() const override { return "seed=" + std::to_string(seed_); }
  void hash(Hasher& hasher) const override;
  Register emit(TileBuilder& builder) const override { return builder.random_leaf(seed_); }
  std::size_t leaf_count() const override { return 1; }

 private:
  std::uint64_t seed_;
  ArrayMeta meta_;
};

class FullSource final : public GeneratedSource {
 public:
  FullSource(std::string name, Scalar value, const ArrayMeta& meta)
      : name_(std::move(name)), value_(value), meta_(meta) {}
  std::string name() const override { return name_; }
  std::string parameters() const override;
  void hash(Hasher& hasher) const override;
  Register emit(TileBuilder& builder) const override {
    return builder.constant(value_, meta_.dtype);
  }
  std::size_t leaf_count() const override { return 0; }

 private:
  std::string name_;
  Scalar value_;
  ArrayMeta meta_;
};

// NumPy's arange, bit for bit: start + i * step, in the dtype of start.
class ArangeSource final : public GeneratedSource {
 public:
  ArangeSource(Scalar start, Scalar step, const ArrayMeta& meta);
  std::string name() const override { return "arange"; }
  void hash(Hasher& hasher) const override;
  Register emit(TileBuilder& builder) const override;
  std::size_t leaf_count() const override { return 1; }

 private:
  Scalar start_;
  Scalar step_;
  ArrayMeta meta_;
};

// NumPy's linspace, bit for bit.
class LinspaceSource final : public GeneratedSource {
 public:
  LinspaceSource(double start, double stop, bool endpoint, const ArrayMeta& meta)
      : start_(start), stop_(stop), endpoint_(endpoint), meta_(meta) {}
  std::string name() const override { return "linspace"; }
  std::string parameters() const override;
  void hash(Hasher& hasher) const override;
  Register emit(TileBuilder& builder) const override;
  std::size_t leaf_count() const override { return 1; }

 private:
  double start_;
  double stop_;
  bool endpoint_;
  ArrayMeta meta_;
};

void hash_meta(Hasher& hasher, const ArrayMeta& meta);
void hash_scalar(Hasher& hasher, const Scalar& scalar);
std::string scalar_text(const Scalar& scalar);  // as Python writes it

}  // namespace shoal
