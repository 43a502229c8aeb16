#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <shoal/shoal.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "expr/optimize.hpp"
#include "frame/group_keys.hpp"
#include "frame/tables.hpp"

namespace shoal {
namespace {

struct Row {
  std::optional<std::string> key;
  std::int64_t number;
  std::optional<double> weight;
};

Table make_table(const std::vector<Row>& rows) {
  arrow::LargeStringBuilder keys;
  arrow::Int64Builder numbers;
  arrow::DoubleBuilder weights;
  for (const Row& row : rows) {
    EXPECT_TRUE((row.key ? keys.Append(*row.key) : keys.AppendNull()).ok());
    EXPECT_TRUE(numbers.Append(row.number).ok());
    EXPECT_TRUE((row.weight ? weights.Append(*row.weight) : weights.AppendNull()).ok());
  }
  const auto schema = arrow::schema({arrow::field("key", arrow::large_utf8()),
                                     arrow::field("number", arrow::int64()),
                                     arrow::field("weight", arrow::float64())});
  return {arrow::RecordBatch::Make(schema, static_cast<std::int64_t>(rows.size()),
                                   {keys.Finish().ValueOrDie(), numbers.Finish().ValueOrDie(),
                                    weights.Finish().ValueOrDie()}),
          0,
          {}};
}

// The rows in partitions of given sizes; what is left over is the last one.
DataFrame make_frame(const std::vector<Row>& rows, const std::vector<std::size_t>& sizes) {
  std::vector<Table> tables;
  auto at = rows.begin();
  for (const std::size_t size : sizes) {
    const auto end =
        at + static_cast<std::ptrdiff_t>(std::min(size, static_cast<std::size_t>(rows.end() - at)));
    tables.push_back(make_table({at, end}));
    at = end;
  }
  tables.push_back(make_table({at, rows.end()}));
  return from_tables(std::move(tables));
}

std::vector<Row> random_rows(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    if (random() % 8 != 0)
      row.key = std::string(1 + random() % 3, static_cast<char>('a' + random() % 4));
    row.number = static_cast<std::int64_t>(random() % 1000) - 500;
    if (random() % 5 != 0) row.weight = static_cast<double>(random() % 4096) / 16;
    rows.push_back(std::move(row));
  }
  return rows;
}

const std::vector<std::vector<std::size_t>> kPartitionings = {
    {}, {0}, {1, 1, 1}, {0, 7, 0, 100}, std::vector<std::size_t>(40, 13)};

template <class Exception, class Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(DataFrame, ASeriesAndAFrameOfOneColumnAreComputedTogether) {
  const DataFrame df = make_frame(random_rows(20, 3), {7});
  const GroupBy groups = df.groupby("key");
  const std::vector<std::shared_ptr<const Expr>> roots = {
      df["number"].expr(),         df[{"number"}].expr(), df["number"].sum().expr(),
      df[{"number"}].sum().expr(), groups.size().expr(),  groups["number"].size().expr()};
  const auto results = compute_blocks(roots);
  EXPECT_EQ(results[0][0].as<Table>().num_rows(), 7);
  EXPECT_EQ(results[1][0].as<Table>().num_rows(), 7);
  EXPECT_TRUE(results[2][0].as<Table>().index_columns.empty());   // a scalar
  EXPECT_FALSE(results[3][0].as<Table>().index_columns.empty());  // a row for each column
  EXPECT_NE(results[4][0].as<Table>().columns->schema()->field(1)->name(), "number");
  EXPECT_EQ(results[5][0].as<Table>().columns->schema()->field(1)->name(), "number");
}

TEST(DataFrame, ReductionsEqualALoopOverTheRows) {
  const auto rows = random_rows(500, 1);
  double sum = 0;
  std::int64_t count = 0;
  double largest = -1;
  std::int64_t smallest = 1000;
  for (const Row& row : rows) {
    smallest = std::min(smallest, row.number);
    if (!row.weight) continue;
    sum += *row.weight;
    ++count;
    largest = std::max(largest, *row.weight);
  }
  for (const auto& sizes : kPartitionings) {
    const DataFrame df = make_frame(rows, sizes);
    for (const char* scheduler : {"sync", "threads"}) {
      ComputeOptions options;
      options.scheduler = scheduler;
      EXPECT_EQ(df["weight"].sum().compute<double>(options), sum);  // of sixteenths: exact
      EXPECT_EQ(df["weight"].count().compute<std::int64_t>(options), count);
      EXPECT_EQ(df["weight"].max().compute<double>(options), largest);
      EXPECT_EQ(df["number"].min().compute<std::int64_t>(options), smallest);
      EXPECT_DOUBLE_EQ(df["weight"].mean().compute<double>(options),
                       sum / static_cast<double>(count));
      EXPECT_EQ(df.row_count().compute<std::int64_t>(options), 500);
      EXPECT_EQ(df["key"].size().compute<std::int64_t>(options), 500);
    }
  }
}

TEST(DataFrame, GroupsEqualAMapOfTheRows) {
  const auto rows = random_rows(700, 2);
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> expected;  // sum, rows
  for (const Row& row : rows) {
    if (!row.key) continue;
    expected[*row.key].first += row.number;
    expected[*row.key].second += 1;
  }
  for (const auto& sizes : kPartitionings) {
    const DataFrame df = make_frame(rows, sizes);
    const Table sums = df.groupby("key")["number"].sum().compute();
    const Table counts = df.groupby("key").size().compute();
    ASSERT_EQ(sums.num_rows(), static_cast<std::int64_t>(expected.size()));
    ASSERT_EQ(sums.index_columns, std::vector<std::string>{"key"});
    const auto& keys = static_cast<const arrow::LargeStringArray&>(*sums.columns->column(0));
    std::int64_t at = 0;
    for (const auto& [key, value] : expected) {
      EXPECT_EQ(keys.GetString(at), key);
      EXPECT_EQ(sums.columns->column(1)->data()->GetValues<std::int64_t>(1)[at], value.first);
      EXPECT_EQ(counts.columns->column(1)->data()->GetValues<std::int64_t>(1)[at], value.second);
      ++at;
    }
  }
}

TEST(DataFrame, GroupsOfSeveralKeysAndOfNone) {
  const DataFrame df = make_frame(
      {{"b", 1, 1.0}, {"a", 1, {}}, {"b", 0, 2.0}, {{}, 0, 3.0}, {"b", 1, 4.0}}, {2, 0, 1});
  const Table means = df.groupby({"key", "number"})["weight"].max().compute();
  std::ostringstream text;
  text << means;
  EXPECT_EQ(text.str(),
            "key  number  weight\n"
            "  a       1     NaN\n"
            "  b       0       2\n"
            "  b       1       4\n"
            "[3 rows, 1 column]\n");
  EXPECT_EQ(make_frame({}, {0}).groupby("key")["weight"].mean().compute().num_rows(), 0);
}

TEST(DataFrame, ResultsOfNothing) {
  for (const auto& rows : {std::vector<Row>{}, std::vector<Row>{{"a", 1, {}}}}) {
    const DataFrame df = make_frame(rows, {0, 1});
    EXPECT_EQ(df["weight"].sum().compute<double>(), 0);
    EXPECT_EQ(df["weight"].count().compute<std::int64_t>(), 0);
    EXPECT_TRUE(std::isnan(df["weight"].max().compute<double>()));
    EXPECT_TRUE(std::isnan(df["weight"].mean().compute<double>()));
    EXPECT_THROW(df["weight"].max().compute<std::int64_t>(), ValueError);
  }
}

TEST(DataFrame, HeadAndTailTakeRowsFromAsManyPartitionsAsTheyNeed) {
  const auto rows = random_rows(50, 3);
  for (const auto& sizes : kPartitionings) {
    const DataFrame df = make_frame(rows, sizes);
    for (const std::int64_t count : {0, 1, 5, 14, 50, 80}) {
      const std::int64_t kept = std::min<std::int64_t>(count, 50);
      const Table head = df["number"].head(count);
      const Table tail = df["number"].tail(count);
      ASSERT_EQ(head.num_rows(), kept);
      ASSERT_EQ(tail.num_rows(), kept);
      EXPECT_EQ(head.first_row, 0);
      EXPECT_EQ(tail.first_row, kept == 0 ? tail.first_row : 50 - kept);
      for (std::int64_t i = 0; i < kept; ++i) {
        EXPECT_EQ(head.columns->column(0)->data()->GetValues<std::int64_t>(1)[i],
                  rows[static_cast<std::size_t>(i)].number);
        EXPECT_EQ(tail.columns->column(0)->data()->GetValues<std::int64_t>(1)[i],
                  rows[static_cast<std::size_t>(50 - kept + i)].number);
      }
    }
  }
  EXPECT_THROW(make_frame(rows, {}).head(-1), ValueError);
}

TEST(DataFrame, MistakesAreNamedWhenTheProgramIsBuilt) {
  const DataFrame df = make_frame({{"a", 1, 1.0}}, {});
  EXPECT_NE(message_of<KeyError>([&] { df["wieght"]; }).find("did you mean 'weight'?"),
            std::string::npos);
  EXPECT_NE(message_of<KeyError>([&] { df.groupby("kee"); }).find("'key'"), std::string::npos);
  EXPECT_NE(message_of<KeyError>([&] { df.groupby("key")["numbr"]; }).find("'number'"),
            std::string::npos);
  EXPECT_NE(message_of<TypeError>([&] { df["key"].mean(); }).find("'key' is str"),
            std::string::npos);
  EXPECT_THROW((df.groupby({"key", "key"}).size()), ValueError);
  EXPECT_THROW(from_tables({}), ValueError);
  Table other = make_table({});
  other.columns = other.columns->RemoveColumn(0).ValueOrDie();
  EXPECT_THROW(from_tables({make_table({}), other}), ValueError);
}

TEST(DataFrame, PrintsWhatIsKnownWithoutComputing) {
  std::ostringstream text;
  const DataFrame df = make_frame({{"a", 1, 1.0}}, {1});
  text << df << df["weight"] << df["weight"].mean();
  EXPECT_EQ(text.str(),
            "DataFrame in 2 partitions, not computed:\n"
            "  key     str\n  number  int64\n  weight  float64\n"
            "Series in 2 partitions, not computed:\n  weight  float64\n"
            "Scalar mean of weight, float64, not computed\n");
}

TEST(DataFrame, PersistedPartitionsAreNotComputedAgain) {
  const auto path = std::filesystem::temp_directory_path() / "shoal-frame-test.csv";
  std::ofstream(path) << "a,b\n1,2\n3,4\n5,6\n";
  const DataFrame df = read_csv(path.string(), {.blocksize = 4});
  const DataFrame held = df.persist();
  std::filesystem::remove(path);
  EXPECT_EQ(held["b"].sum().compute<std::int64_t>(), 12);
  EXPECT_EQ(held.npartitions(), df.npartitions());
  EXPECT_THROW(df["b"].sum().compute<std::int64_t>(), IOError);
}

TEST(DataFrame, SourcesReadTheColumnsThatAreUsedAndNoMore) {
  const auto path = std::filesystem::temp_directory_path() / "shoal-push-test.csv";
  std::ofstream(path) << "a,b,c,d\n1,2,3,4\n5,6,7,8\n";
  const DataFrame df = read_csv(path.string());
  const auto columns_read = [](std::vector<ExprPtr> roots) {
    const auto run = optimize(roots);
    const auto order = topological_order(run);
    return order.front()->frame_meta().schema->field_names();
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(columns_read({df["b"].max().expr()}), (Names{"b"}));
  EXPECT_EQ(columns_read({df.groupby("d")["b"].mean().expr()}), (Names{"b", "d"}));
  EXPECT_EQ(columns_read({df[{"c", "a"}].expr()}), (Names{"a", "c"}));
  EXPECT_EQ(columns_read({df["a"].sum().expr(), df["c"].sum().expr()}), (Names{"a", "c"}));
  EXPECT_EQ(columns_read({df.expr(), df["c"].sum().expr()}), (Names{"a", "b", "c", "d"}));
  const Table selected = df[{"c", "a"}].compute();
  EXPECT_EQ(selected.columns->schema()->field_names(), (Names{"c", "a"}));
  std::filesystem::remove(path);
}

TEST(GroupKeys, NumbersKeysInTheOrderInWhichTheyAppear) {
  arrow::DoubleBuilder builder;
  EXPECT_TRUE(
      builder.AppendValues({0.0, NAN, 2.5, -0.0, 2.5}, {true, true, true, true, false}).ok());
  const std::vector<std::shared_ptr<arrow::Array>> keys = {builder.Finish().ValueOrDie()};
  const RowGroups groups = group_rows(keys, 5);
  EXPECT_EQ(groups.groups, (std::vector<std::int64_t>{0, -1, 1, 0, -1}));
  EXPECT_EQ(groups.first_rows, (std::vector<std::int64_t>{0, 2}));
}

TEST(GroupKeys, ManyDistinctKeys) {
  arrow::Int64Builder builder;
  for (std::int64_t i = 0; i < 100000; ++i) EXPECT_TRUE(builder.Append((i % 50000) << 32).ok());
  const std::vector<std::shared_ptr<arrow::Array>> keys = {builder.Finish().ValueOrDie()};
  const RowGroups groups = group_rows(keys, 100000);
  EXPECT_EQ(groups.count(), 50000);
  for (std::int64_t i = 0; i < 100000; ++i)
    ASSERT_EQ(groups.groups[static_cast<std::size_t>(i)], i % 50000);
}

}  // namespace
}  // namespace shoal
