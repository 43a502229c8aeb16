#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <shoal/config.hpp>
#include <shoal/error.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include "io/csv_input.hpp"
#include "io/csv_scan.hpp"
#include "io/csv_values.hpp"

namespace shoal {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "shoal-csv-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, std::string_view text) const {
    const std::string path = (path_ / name).string();
    std::ofstream(path, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
    return path;
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// All cells as text, "-" for missing ones; one line a row.
std::string cells(const CsvInput& input) {
  std::vector<int> columns(static_cast<std::size_t>(input.schema()->num_fields()));
  std::iota(columns.begin(), columns.end(), 0);
  std::string text;
  std::int64_t row = 0;
  for (const auto& block : input.blocks()) {
    const Table table = input.parse(block, columns);
    EXPECT_EQ(table.first_row, row);
    EXPECT_TRUE(table.columns->ValidateFull().ok());
    for (std::int64_t i = 0; i < table.num_rows(); ++i) {
      for (int c = 0; c < table.columns->num_columns(); ++c) {
        const auto& column = table.columns->column(c);
        text += c ? "|" : "";
        text += column->IsNull(i) ? "-" : column->GetScalar(i).ValueOrDie()->ToString();
      }
      text += "\n";
    }
    row += table.num_rows();
  }
  return text;
}

std::string types(const CsvInput& input) {
  std::string text;
  for (const auto& field : input.schema()->fields())
    text += (text.empty() ? "" : " ") + field->name() + ":" + csv_type_name(*field->type());
  return text;
}

CsvSettings blocks_of(std::int64_t bytes) {
  CsvSettings settings;
  settings.blocksize = bytes;
  return settings;
}

template <class Exception, class Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(CsvValues, IntegersAtTheBorders) {
  std::int64_t value;
  EXPECT_TRUE(read_int64("9223372036854775807", value));
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(read_int64("-9223372036854775808", value));
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(read_int64(" +007 ", value));
  EXPECT_EQ(value, 7);
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "", "-", "+", "1 2",
                           "1.0", "1_0", "0x1", "--1", "- 1"})
    EXPECT_FALSE(read_int64(text, value)) << text;
  bool negative;
  std::uint64_t magnitude;
  EXPECT_EQ(read_integer("18446744073709551615", negative, magnitude), IntegerText::UInt64);
  EXPECT_EQ(magnitude, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read_integer("18446744073709551616", negative, magnitude), IntegerText::Beyond);
  EXPECT_EQ(read_integer("99999999999999999999999999", negative, magnitude), IntegerText::Beyond);
}

TEST(CsvValues, DoublesAreTheNearest) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200000; ++i) {
    const std::uint64_t bits = random();
    double expected;
    std::memcpy(&expected, &bits, sizeof expected);
    if (!std::isfinite(expected)) continue;
    char text[40];
    const int digits = 1 + static_cast<int>(random() % 17);
    std::snprintf(text, sizeof text, i % 2 ? "%.*g" : "%+.*e", digits, expected);
    if (i % 3 == 0) std::snprintf(text, sizeof text, "%.*f", i % 7, std::fmod(expected, 1e9));
    double value;
    ASSERT_TRUE(read_double(text, value)) << text;
    ASSERT_EQ(value, std::strtod(text, nullptr)) << text;
  }
  double value;
  EXPECT_TRUE(read_double("1e400", value));
  EXPECT_EQ(value, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(read_double("-1e-400", value));
  EXPECT_EQ(value, 0.0);
  EXPECT_TRUE(std::signbit(value));
  EXPECT_TRUE(read_double("0e99999999999999999999", value));
  EXPECT_EQ(value, 0.0);
  EXPECT_TRUE(read_double("-Infinity", value));
  EXPECT_EQ(value, -std::numeric_limits<double>::infinity());
  for (const char* text :
       {"", ".", "-", "e1", "1e", "1e+", "1.2.3", "nan", " inf", "infinit", "0x1"})
    EXPECT_FALSE(read_double(text, value)) << text;
}

TEST(CsvInput, RowsAreTheSameWhateverTheBlocksize) {
  const Folder folder;
  const std::string path = folder.write(
      "nasty.csv",
      "\xef\xbb\xbf\n  \n\"a,1\",a,a,\r\n"
      "1,x,True,1.5\n\n2,\"y,\"\"z\"\"\",False,\r\n   \n\t\n3,\"line\nbreak\r\nhere\",TRUE,3\r"
      "4,mid\"quote,NA,4\n5,\"q\"tail,,inf\n6\n\"7\",\"\",false,-.5e1");
  const std::string expected =
      "1|x|true|1.5\n2|y,\"z\"|false|-\n3|line\nbreak\r\nhere|true|3\n4|mid\"quote|-|4\n"
      "5|qtail|-|inf\n6|-|-|-\n7|-|false|-5\n";
  for (const std::int64_t bytes : {1, 2, 3, 5, 8, 13, 21, 34, 55, 1000, 1 << 30}) {
    const CsvInput input({path}, blocks_of(bytes));
    EXPECT_EQ(types(input), "a,1:int64 a:str a.1:bool Unnamed: 3:float64");
    EXPECT_EQ(cells(input), expected) << bytes;
  }
}

TEST(CsvInput, EveryLineEndAndSeparator) {
  const Folder folder;
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const char separator : {',', ';', '\t', ' '}) {
      for (const bool last : {false, true}) {
        std::string text = "a,b\n1,2\n\n3,4" + std::string(last ? "\n" : "");
        std::string written;
        for (char c : text) {
          if (c == '\n') written += end;
          else written += c == ',' ? separator : c;
        }
        const std::string path = folder.write("ends.csv", written);
        for (const std::int64_t bytes : {1, 3, 100}) {
          CsvSettings settings = blocks_of(bytes);
          settings.dialect.delimiter = separator;
          EXPECT_EQ(cells(CsvInput({path}, settings)), "1|2\n3|4\n");
        }
      }
    }
  }
}

TEST(CsvInput, TypesBelongToTheWholeInput) {
  const Folder folder;
  const auto type = [&](const std::string& body) {
    const std::string path = folder.write("types.csv", "a,b\n" + body);
    const std::string whole = types(CsvInput({path}, blocks_of(1 << 20)));
    EXPECT_EQ(types(CsvInput({path}, blocks_of(3))), whole);
    return whole.substr(2, whole.find(' ') - 2);
  };
  EXPECT_EQ(type("1,\n2,\n"), "int64");
  EXPECT_EQ(type("1,\n,1\n"), "float64");
  EXPECT_EQ(type("1,\n2.5,\n"), "float64");
  EXPECT_EQ(type("1,\nx,\n"), "str");
  EXPECT_EQ(type("NA,\nnull,\n,1\n"), "float64");
  EXPECT_EQ(type("True,\nfalse,\n"), "bool");
  EXPECT_EQ(type("True,\n1,\n"), "str");
  EXPECT_EQ(type("2.5,\nTrue,\n"), "str");
  EXPECT_EQ(type("9223372036854775808,\n1,\n"), "uint64");
  EXPECT_EQ(type("9223372036854775808,\n-1,\n"), "str");
  EXPECT_EQ(type("9223372036854775808,\n1.5,\n"), "float64");
  EXPECT_EQ(type("18446744073709551616,\n1,\n"), "str");
  EXPECT_EQ(type("2013-01-01,\n2013-01-02,\n"), "str");
  EXPECT_EQ(type(""), "object");
}

TEST(CsvInput, DtypesGivenOverrideTheText) {
  const Folder folder;
  const std::string path = folder.write("dtype.csv", "a,b,c\n1,2,3\n,250,x\n");
  CsvSettings settings = blocks_of(4);
  settings.dtypes = {{"a", "str"}, {"b", "uint8"}};
  const CsvInput input({path}, settings);
  EXPECT_EQ(types(input), "a:str b:uint8 c:str");
  EXPECT_EQ(cells(input), "1|2|3\n-|250|x\n");
  settings.dtypes = {{"b", "int8"}};
  const std::string message = message_of<ValueError>([&] { cells(CsvInput({path}, settings)); });
  for (const char* part :
       {"dtype.csv", "byte 13", "line 3", "column 'b'", "'250'", "int8", "dtype="})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  settings.dtypes = {{"a", "int64"}};
  EXPECT_NE(message_of<ValueError>([&] { cells(CsvInput({path}, settings)); }).find("missing"),
            std::string::npos);
  settings.dtypes = {{"a", "complex"}};
  EXPECT_THROW(CsvInput({path}, settings), TypeError);
}

TEST(CsvInput, AValueThatContradictsTheSampledTypesIsNamed) {
  const Folder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += i == 501 ? "x,1\n" : "7,1\n";
  CsvSettings settings = blocks_of(4);
  settings.whole_scan_bytes = 1000;
  const CsvInput input({folder.write("sampled.csv", text)}, settings);
  EXPECT_EQ(types(input), "a:int64 b:int64");
  const std::string message = message_of<ValueError>([&] { cells(input); });
  for (const char* part :
       {"sampled.csv", "byte 2008", "line 503", "column 'a'", "'x'", "int64", "dtype={'a': 'str'}"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(CsvInput, ARaggedRowIsNamedWhenTheFileIsOpened) {
  const Folder folder;
  const std::string path = folder.write("ragged.csv", "a,b\n1,2\n\n3,4,5\n6,7,8,9\n");
  for (const std::int64_t bytes : {1, 4, 1000}) {
    const std::string message = message_of<ValueError>([&] { CsvInput({path}, blocks_of(bytes)); });
    for (const char* part : {"ragged.csv", "byte 9,", "line 4:", "has 3 fields", "expected 2"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  const std::string open = folder.write("open.csv", "a,b\n1,2\n\"x,3\n4,5\n");
  EXPECT_NE(message_of<ValueError>([&] { CsvInput({open}, {}); }).find("line 3: a quote opens"),
            std::string::npos);
}

TEST(CsvInput, FilesThatCannotBeRead) {
  const Folder folder;
  const std::string missing = folder.path() + "/no.csv";
  try {
    CsvInput({missing}, {});
    FAIL();
  } catch (const IOError& error) {
    EXPECT_TRUE(error.missing());
    EXPECT_NE(std::string(error.what()).find(missing), std::string::npos);
  }
  EXPECT_NE(message_of<IOError>([&] { CsvInput({folder.path()}, {}); }).find("directory"),
            std::string::npos);
  EXPECT_THROW(CsvInput({folder.write("empty.csv", "")}, {}), ValueError);
  EXPECT_THROW(CsvInput({folder.write("blank.csv", "\n \n")}, {}), ValueError);
  EXPECT_THROW(matching_files(folder.path() + "/*.none", "read_csv"), IOError);
  EXPECT_EQ(matching_files(folder.path() + "/*.csv", "read_csv").size(), 2u);
  const std::string bad = folder.write("latin.csv", "a,b\n1,\xff\n");
  EXPECT_NE(message_of<ValueError>([&] { cells(CsvInput({bad}, {})); }).find("UTF-8"),
            std::string::npos);
}

TEST(CsvInput, SeveralFilesAreNumberedOn) {
  const Folder folder;
  const std::vector<std::string> paths = {folder.write("1.csv", "a,b\n1,x\n2,y\n"),
                                          folder.write("2.csv", "a,b\n"),
                                          folder.write("3.csv", "a,b\n3.5,z\n")};
  const CsvInput input(paths, {});
  EXPECT_EQ(types(input), "a:float64 b:str");
  EXPECT_EQ(cells(input), "1|x\n2|y\n3.5|z\n");
  const std::string other = folder.write("other.csv", "a,c\n1,2\n");
  EXPECT_THROW(CsvInput({paths[0], other}, {}), ValueError);
}

TEST(CsvInput, AFileChangedSinceItWasOpenedIsRefused) {
  const Folder folder;
  const CsvInput input({folder.write("changing.csv", "a\n1\n2\n")}, {});
  folder.write("changing.csv", "a\n1\n2\n3\n");
  EXPECT_NE(message_of<IOError>([&] { cells(input); }).find("changed"), std::string::npos);
}

TEST(CsvInput, ABlocksizeFarTooSmallIsRefused) {
  const Folder folder;
  std::string text = "a\n";
  while (text.size() <= std::size_t{1} << 20) text += "1234567\n";
  const std::string path = folder.write("large.csv", text);
  EXPECT_NE(message_of<ValueError>([&] { CsvInput({path}, blocks_of(1)); }).find("larger"),
            std::string::npos);
  EXPECT_EQ(CsvInput({path}, blocks_of(8)).blocks().size(), text.size() / 8);
}

// Long enough to be scanned by several threads in several sections, with rows across their borders.
TEST(CsvInput, LongFilesWithAndWithoutQuotes) {
  const Folder folder;
  for (const bool quotes : {false, true}) {
    std::mt19937 random(3);
    std::string text = "number,text\n";
    std::int64_t rows = 0;
    std::int64_t sum = 0;
    std::size_t characters = 0;
    while (text.size() < (std::size_t{5} << 20)) {
      const auto number = static_cast<std::int64_t>(random() % 100000);
      const std::size_t length = random() % 200 == 0 ? 300000 : random() % 20;
      std::string word(length, 'x');
      if (quotes && random() % 3 == 0) word += "\n";
      characters += word.size();
      sum += number;
      text += std::to_string(number) + "," + (quotes ? "\"" + word + "\"" : word) +
              (random() % 2 ? "\n" : "\r\n") + (random() % 10 == 0 ? "\n" : "");
      ++rows;
    }
    const std::string path = folder.write("long.csv", text);
    for (const std::int64_t bytes : {10000, 1 << 20, 3000000, 1 << 30}) {
      const CsvInput input({path}, blocks_of(bytes));
      std::int64_t found_rows = 0;
      std::int64_t found_sum = 0;
      std::int64_t found_characters = 0;
      const std::vector<int> columns = {0, 1};
      for (const auto& block : input.blocks()) {
        const Table table = input.parse(block, columns);
        ASSERT_EQ(table.first_row, found_rows);
        found_rows += table.num_rows();
        const auto& numbers = static_cast<const arrow::Int64Array&>(*table.columns->column(0));
        for (std::int64_t i = 0; i < numbers.length(); ++i) found_sum += numbers.Value(i);
        found_characters += static_cast<const arrow::LargeStringArray&>(*table.columns->column(1))
                                .total_values_length();
      }
      EXPECT_EQ(found_rows, rows);
      EXPECT_EQ(found_sum, sum);
      EXPECT_EQ(found_characters, static_cast<std::int64_t>(characters));
    }
  }
}

}  // namespace
}  // namespace shoal
