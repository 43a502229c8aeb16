// DataFrame, Series and what groups and reduces them: lazy handles whose names, arguments and
// results are pandas'.
//
//   auto df = shoal::read_csv("surveys.csv");
//   double heaviest = df["weight"].max().compute<double>();
//   shoal::Table means = df.groupby("species_id")["weight"].mean().compute();
#pragma once

#include <shoal/compute.hpp>
#include <shoal/table.hpp>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shoal {

// What all lazy frames share.
class Frame {
 public:
  const std::shared_ptr<const Expr>& expr() const { return expr_; }
  std::int64_t npartitions() const;
  std::vector<std::string> columns() const;  // without the index's
  // Columns with pandas' names of their types, in order.
  std::vector<std::pair<std::string, std::string>> dtypes() const;

  Table compute(const ComputeOptions& options = {}) const;
  std::string explain() const;
  void visualize(const std::string& path, bool optimize = false) const;

 protected:
  explicit Frame(std::shared_ptr<const Expr> expr) : expr_(std::move(expr)) {}
  std::vector<Value> compute_partitions(const ComputeOptions& options) const;
  std::shared_ptr<const Expr> expr_;
};

// A number that a reduction will give.
class FrameScalar : public Frame {
 public:
  explicit FrameScalar(std::shared_ptr<const Expr> expr) : Frame(std::move(expr)) {}
  // double (NaN when missing), std::int64_t or bool (ValueError when missing).
  template <class T>
  T compute(const ComputeOptions& options = {}) const;
};

class Series : public Frame {
 public:
  explicit Series(std::shared_ptr<const Expr> expr) : Frame(std::move(expr)) {}
  std::string name() const;

  FrameScalar sum() const;
  FrameScalar prod() const;
  FrameScalar min() const;
  FrameScalar max() const;
  FrameScalar mean() const;
  FrameScalar count() const;  // values that are not missing
  FrameScalar size() const;   // rows
  FrameScalar any() const;
  FrameScalar all() const;
  FrameScalar var(std::int64_t ddof = 1) const;
  FrameScalar std(std::int64_t ddof = 1) const;

  Table head(std::int64_t rows = 5, const ComputeOptions& options = {}) const;
  Table tail(std::int64_t rows = 5, const ComputeOptions& options = {}) const;
  Series persist(const ComputeOptions& options = {}) const;
};

// One column in groups.
class SeriesGroupBy {
 public:
  SeriesGroupBy(std::shared_ptr<const Expr> frame, std::vector<std::string> keys,
                std::string column);
  Series sum() const;
  Series prod() const;
  Series min() const;
  Series max() const;
  Series mean() const;
  Series count() const;
  Series size() const;
  Series var(std::int64_t ddof = 1) const;
  Series std(std::int64_t ddof = 1) const;

 private:
  Series aggregate(const char* name, std::int64_t ddof = 1) const;
  std::shared_ptr<const Expr> frame_;
  std::vector<std::string> keys_;
  std::string column_;
};

class DataFrame;

// Rows with equal keys together. Groups are sorted by key; rows with a missing key are left out.
class GroupBy {
 public:
  GroupBy(std::shared_ptr<const Expr> frame, std::vector<std::string> keys);
  SeriesGroupBy operator[](const std::string& column) const;
  DataFrame sum() const;
  DataFrame prod() const;
  DataFrame min() const;
  DataFrame max() const;
  DataFrame mean() const;
  DataFrame count() const;
  Series size() const;

 private:
  DataFrame aggregate(const char* name) const;
  std::shared_ptr<const Expr> frame_;
  std::vector<std::string> keys_;
};

class DataFrame : public Frame {
 public:
  explicit DataFrame(std::shared_ptr<const Expr> expr) : Frame(std::move(expr)) {}

  Series operator[](const std::string& column) const;
  DataFrame operator[](const std::vector<std::string>& columns) const;
  DataFrame operator[](std::initializer_list<std::string> columns) const;
  GroupBy groupby(const std::string& key) const;
  GroupBy groupby(std::vector<std::string> keys) const;
  GroupBy groupby(std::initializer_list<std::string> keys) const;

  // A row for each column.
  Series sum() const;
  Series prod() const;
  Series min() const;
  Series max() const;
  Series mean() const;
  Series count() const;
  Series var(std::int64_t ddof = 1) const;
  Series std(std::int64_t ddof = 1) const;
  FrameScalar row_count() const;

  Table head(std::int64_t rows = 5, const ComputeOptions& options = {}) const;
  Table tail(std::int64_t rows = 5, const ComputeOptions& options = {}) const;
  DataFrame persist(const ComputeOptions& options = {}) const;
};

// A partition for each table. Tables without an index of their own are numbered on from the first.
DataFrame from_tables(std::vector<Table> tables);

std::ostream& operator<<(std::ostream& out, const Table& table);      // rows, the middle left out
std::ostream& operator<<(std::ostream& out, const DataFrame& frame);  // columns and partitions
std::ostream& operator<<(std::ostream& out, const Series& series);
std::ostream& operator<<(std::ostream& out, const FrameScalar& scalar);

}  // namespace shoal
