#include <fstream>
#include <limits>

#include <linnet/extract.h>

#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::load_tiny;

constexpr const char* kSchema =
    R"({"type": "array", "items": {"type": "object", "required": ["drug", "dose"], "properties": {
    "drug": {"type": "string", "x-linnet-source": "span"},
    "dose": {"type": "string", "x-linnet-source": "span"},
    "amount": {"type": "number", "x-linnet-from": "dose"}}}})";

std::string examples() {
  std::string lines;
  int dose = 5;
  for (const char* drug : {"Zolam", "Brixin", "Ketal", "Morvan", "Tilex", "Orfen"}) {
    dose += 15;
    lines +=
        fmt::format(
            R"({{"text": "She took {0} {1} mg daily.", "records": [{{"drug": "{0}", "dose": "{1} mg"}}]}})",
            drug, dose) +
        "\n";
    lines +=
        fmt::format(
            R"({{"text": "{1} mg of {0} was given.", "records": [{{"drug": "{0}", "dose": "{1} mg"}}]}})",
            drug, dose) +
        "\n";
    lines += fmt::format(R"({{"text": "The patient number {} felt well.", "records": []}})", dose) + "\n";
  }
  return lines;
}

ExtractOptions options() {
  ExtractOptions options;
  options.schema = kSchema;
  options.examples = examples();
  options.n_ctx = 512;
  options.n_threads = 1;
  return options;
}

std::string shown(const std::vector<Record>& records) {
  std::string out;
  for (const Record& record : records) {
    out += "[";
    for (const FieldValue& value : record)
      out += fmt::format(" {}={}@{}-{}", value.field, value.value, value.begin, value.end);
    out += " ]";
  }
  return out;
}

TEST(Extractor, CopiesValuesWithTheirPlaces) {
  const Model model = load_tiny();
  Extractor extractor = Extractor::create(model, options()).value();
  const auto records = extractor.extract("She took Valtan 40 mg daily.").value();
  EXPECT_EQ(shown(records), "[ drug=Valtan@9-15 dose=40 mg@16-21 amount=40@16-21 ]");
  for (const FieldValue& value : records.at(0)) {
    EXPECT_GT(value.probability, 0.2);
    EXPECT_LE(value.probability, 1);
  }
  EXPECT_TRUE(extractor.extract("The patient number 80 felt well.").value().empty());
  EXPECT_TRUE(extractor.extract("").value().empty());
  EXPECT_TRUE(extractor.extract(" \n ").value().empty());
}

TEST(Extractor, ThreadsCompanyAndOrderChangeNoBit) {
  const Model model = load_tiny("gemma3");
  std::vector<std::string> texts;
  for (int i = 0; i < 90; ++i)
    texts.push_back(fmt::format("{}She took Drug{} {} mg daily.", i % 3 == 0 ? "Yes. " : "", i, 7 * i));
  const auto all = [&](unsigned n_threads) {
    ExtractOptions with = options();
    with.n_threads = n_threads;
    Extractor extractor = Extractor::create(model, with).value();
    std::vector<std::vector<Record>> found;
    extractor
        .extract(texts,
                 [&](std::size_t i, std::vector<Record> records) {
                   EXPECT_EQ(i, found.size());
                   found.push_back(std::move(records));
                   return true;
                 })
        .value();
    EXPECT_EQ(shown(found[5]), shown(extractor.extract(texts[5]).value()));
    std::string out;
    for (const auto& records : found) {
      out += shown(records);
      for (const Record& record : records) {
        for (const FieldValue& value : record) out += fmt::format(" {}", value.probability);
      }
    }
    return out;
  };
  EXPECT_EQ(all(1), all(3));
}

class SavedHead : public testing::InTempFolder {};

TEST_F(SavedHead, FindsTheSame) {
  const Model model = load_tiny();
  Extractor extractor = Extractor::create(model, options()).value();
  const auto path = folder() / "a.head";
  extractor.save(path).value();
  ExtractOptions with;
  with.head = path;
  with.n_ctx = 512;
  Extractor loaded = Extractor::create(model, with).value();
  const std::string text = "40 mg of Valtan was given.";
  EXPECT_EQ(shown(loaded.extract(text).value()), shown(extractor.extract(text).value()));
  expect_error(Extractor::create(load_tiny("gemma3"), with), ErrorCode::kInvalidArgument, "another model");

  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  for (const std::size_t n : {std::size_t{0}, std::size_t{7}, std::size_t{40}, bytes.size() - 1}) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, n);
    expect_error(Extractor::create(model, with), ErrorCode::kCorrupt, "a.head");
  }
  std::string damaged = bytes;
  damaged[bytes.size() / 2] ^= 1;
  std::ofstream(path, std::ios::binary) << damaged;
  expect_error(Extractor::create(model, with), ErrorCode::kCorrupt, "checksum");
}

TEST(Extractor, LongTextsAreRefusedOrReadInWindows) {
  const Model model = load_tiny();
  ExtractOptions with = options();
  with.n_ctx = 160;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "She felt quite well today. ";
  text += "She took Valtan 40 mg daily.";
  Extractor strict = Extractor::create(model, with).value();
  expect_error(strict.extract(text), ErrorCode::kContextFull, "windows");
  with.windows = true;
  Extractor extractor = Extractor::create(model, with).value();
  const auto records = extractor.extract(text).value();
  for (const Record& record : records) {
    for (const FieldValue& value : record) {
      if (value.is_number) continue;
      EXPECT_EQ(text.substr(value.begin, value.end - value.begin), value.value);
    }
  }
  EXPECT_NE(shown(records).find("drug=Valtan@1089-1095"), std::string::npos) << shown(records);
}

TEST(Extractor, BadInputIsAnError) {
  const Model model = load_tiny();
  Extractor extractor = Extractor::create(model, options()).value();
  expect_error(extractor.extract("took \xff"), ErrorCode::kInvalidArgument, "byte 5");
  const std::vector<std::string> texts = {"fine", "\xc3"};
  expect_error(extractor.extract(texts, [](auto, auto) { return true; }), ErrorCode::kInvalidArgument,
               "text 1");
  const std::vector<std::string> fine = {"a", "b"};
  expect_error(extractor.extract(fine, [](auto, auto) { return false; }), ErrorCode::kCancelled, "1 of 2");

  ExtractOptions with;
  expect_error(Extractor::create(model, with), ErrorCode::kInvalidArgument, "no schema");
  with = options();
  with.today = "yesterday";
  expect_error(Extractor::create(model, with), ErrorCode::kInvalidArgument, "yesterday");
  for (const double least : {-3.0, 7.0, std::numeric_limits<double>::quiet_NaN()}) {
    with = options();
    with.min_probability = least;
    expect_error(Extractor::create(model, with), ErrorCode::kInvalidArgument, "min_probability");
  }
  with = options();
  with.examples = R"({"text": "a", "records": [{"drug": "b"}]})";
  expect_error(Extractor::create(model, with), ErrorCode::kInvalidArgument, "line 1");
  with = options();
  with.recipe = "/nowhere/recipe.json";
  expect_error(Extractor::create(model, with), ErrorCode::kNotFound, "recipe.json");
}

struct Dose {
  FieldValue drug;
  std::string dose;

  static std::vector<FieldOf<Dose>> linnet_fields() {
    return {{"drug", "name of the medicine", &Dose::drug}, {"dose", "how much", &Dose::dose}};
  }
};

struct Amount {
  std::string drug;
  double amount = 0;

  static std::vector<FieldOf<Amount>> linnet_fields() {
    return {{"drug", "not UTF-8: \xff", &Amount::drug}, {"amount", "how much", &Amount::amount}};
  }
};

TEST(Extractor, LearnsFromStructsWithNumbers) {
  ExtractOptions with;
  with.schema = schema_of<Amount>();
  with.n_ctx = 256;
  with.examples = example_of<Amount>("Zolam 1,250 mg", {{"Zolam", 1250}}) +
                  example_of<Amount>("Zolam 1000000 mg", {{"Zolam", 1e6}}) +
                  example_of<Amount>("Zolam", {{"Zolam"}});
  EXPECT_EQ(example_of<Amount>("Zolam", {{"Zolam", std::numeric_limits<double>::quiet_NaN()}}),
            example_of<Amount>("Zolam", {{"Zolam"}}));
  EXPECT_NE(with.examples.find("\"amount\":1000000}"), std::string::npos) << with.examples;
  const Model model = load_tiny();
  Extractor::create(model, with).value();
}

TEST(Extractor, FillsStructs) {
  const Model model = load_tiny();
  ExtractOptions with;
  with.schema = schema_of<Dose>();
  for (const char* drug : {"Zolam", "Brixin", "Ketal", "Morvan", "Tilex", "Orfen"}) {
    Dose dose;
    dose.drug.value = drug;
    dose.dose = "20 mg";
    with.examples += example_of<Dose>(fmt::format("She took {} 20 mg daily.", drug), {dose});
  }
  with.n_ctx = 256;
  Extractor extractor = Extractor::create(model, with).value();
  const auto doses = extract<Dose>(extractor, "She took Valtan 20 mg daily.").value();
  ASSERT_EQ(doses.size(), 1u);
  EXPECT_EQ(doses[0].drug.value, "Valtan");
  EXPECT_EQ(doses[0].drug.begin, 9u);
  EXPECT_EQ(doses[0].dose, "20 mg");
}

}  // namespace
}  // namespace linnet
