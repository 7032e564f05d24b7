// The tiny models' logits against those that transformers computes in float32 with the same weights
// (tests/golden/model/make_tiny_models.py), on every instruction set that this CPU has.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include <linnet/linnet.h>
#include <nlohmann/json.hpp>

#include "tests/support/model_file.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using nlohmann::json;
using Logits = std::vector<std::vector<float>>;

json golden_of(std::string_view name) {
  std::ifstream file(std::filesystem::path(testing::tiny_model(name)).replace_extension(".json"));
  return json::parse(file);
}

Model load(const std::filesystem::path& path, std::string_view isa) {
  LoadOptions options;
  options.n_threads = 1;
  options.isa = isa;
  return Model::load(path, options).value();
}

/// Logits at every position.
Logits logits_of(const Model& model, const std::vector<Token>& tokens) {
  SessionOptions options;
  options.n_threads = 1;
  options.cache = CacheFormat::kF32;
  Session session = Session::open(model, options).value();
  Logits rows;
  session
      .append(tokens,
              [&](std::size_t, std::span<const float> row) {
                rows.emplace_back(row.begin(), row.end());
                return true;
              })
      .value();
  return rows;
}

std::size_t likeliest(const std::vector<float>& row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

/// How far two correct float32 computations of these logits may differ. Each of the matrices that a value
/// passes (four a layer, and the head) sums at most `width` products, each sum rounded to half a unit in the
/// last place, and random weights neither damp nor amplify: depth * width * 2^-24 of the largest logit.
double float_tolerance(const ModelInfo& info, const json& golden) {
  const auto depth = static_cast<double>(4 * info.n_layers + 1);
  const auto width = static_cast<double>(std::max(info.d_model, info.d_ff));
  double largest = 0;
  for (const json& logit : golden["last_logits"]) largest = std::max(largest, std::abs(logit.get<double>()));
  return depth * width * std::ldexp(largest, -24);
}

/// Quantized matrices meet activations of 8 bits: the reference says how far that moves its own logits.
/// linnet keeps more of the outliers, so it must be closer than that.
double tolerance_of(const ModelInfo& info, const json& golden) {
  if (!golden.contains("rounded_activations")) return float_tolerance(info, golden);
  return golden["rounded_activations"]["max_difference"].get<double>();
}

/// One case for each tiny model and instruction set.
class Golden : public ::testing::TestWithParam<std::tuple<std::string_view, std::string_view>> {
 protected:
  const json golden_ = golden_of(std::get<0>(GetParam()));
  const Model model_ = load(testing::tiny_model(std::get<0>(GetParam())), std::get<1>(GetParam()));
};

TEST_P(Golden, LogitsAreThoseOfTransformers) {
  const double tolerance = tolerance_of(model_.info(), golden_);
  const Logits rows = logits_of(model_, golden_["tokens"].get<std::vector<Token>>());
  double worst = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const json& top = golden_["top"][i];
    for (const json& entry : top) {
      worst = std::max(worst, std::abs(static_cast<double>(rows[i][entry[0].get<std::size_t>()]) -
                                       entry[1].get<double>()));
    }
    // Where the reference's first leads by more than both may be wrong.
    if (top[0][1].get<double>() - top[1][1].get<double>() > 2 * tolerance) {
      EXPECT_EQ(likeliest(rows[i]), top[0][0].get<std::size_t>()) << "position " << i;
    }
  }
  const std::vector<double> last = golden_["last_logits"].get<std::vector<double>>();
  for (std::size_t i = 0; i < last.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(rows.back()[i]) - last[i]));
  }
  EXPECT_LE(worst, tolerance);
}

TEST_P(Golden, GreedyTextIsThatOfTransformers) {
  const json& greedy = golden_["greedy"];
  Session session = Session::open(model_).value();
  session.append(greedy["prompt"].get<std::vector<Token>>()).value();
  GenerateOptions options;
  options.ignore_end = true;
  options.max_tokens = greedy["tokens"].size();
  const Generation generation = session.generate(options).value();
  std::vector<Token> tokens;
  for (const GeneratedToken& token : generation.tokens) tokens.push_back(token.token);
  EXPECT_EQ(tokens, greedy["tokens"].get<std::vector<Token>>());
}

std::string case_name(const ::testing::TestParamInfo<Golden::ParamType>& info) {
  return fmt::format("{}_{}", std::get<0>(info.param), std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Tiny, Golden,
                         ::testing::Combine(::testing::ValuesIn(testing::kTinyModels),
                                            ::testing::ValuesIn(usable_isas())),
                         case_name);

TEST(GoldenText, TokensAndPromptsAreThoseOfTheirLibraries) {
  for (const std::string_view name : testing::kTinyModels) {
    const json golden = golden_of(name);
    const Model model = load(testing::tiny_model(name), "");
    for (const json& example : golden["tokenize"]) {
      const auto tokens =
          model.tokenize(example["text"].get<std::string>(), {.parse_special = true, .add_bos = false});
      EXPECT_EQ(tokens.value(), example["tokens"].get<std::vector<Token>>()) << name << example["text"];
    }
    Chat chat = Chat::open(model).value();
    for (const json& message : golden["chat"]["messages"]) {
      chat.add({message["role"].get<std::string>(), message["content"].get<std::string>()});
    }
    EXPECT_EQ(chat.prompt().value(), golden["chat"]["prompt"].get<std::string>()) << name;
  }
}

// Every format, with the values that its own codec decodes as the reference.
class EveryFormat : public testing::InTempFolder {};

/// The largest difference. Where the likelier of two is certain within `tolerance`, both must agree on it.
double compare(const Logits& found, const Logits& wanted, double tolerance) {
  double worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::size_t first = likeliest(wanted[i]);
    double lead = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < wanted[i].size(); ++k) {
      worst = std::max(worst, static_cast<double>(std::abs(found[i][k] - wanted[i][k])));
      if (k != first) lead = std::min(lead, static_cast<double>(wanted[i][first] - wanted[i][k]));
    }
    if (lead > 2 * tolerance) {
      EXPECT_EQ(likeliest(found[i]), first) << "position " << i;
    }
  }
  return worst;
}

TEST_F(EveryFormat, AnswersAsItsDecodedValuesInF32Do) {
  const json golden = golden_of("llama_mixed_formats");
  const auto tokens = golden["tokens"].get<std::vector<Token>>();
  // What the reference finds for this model, of whose matrices a third is not quantized; doubled, because
  // here all are.
  const double rounding = 2 * golden["rounded_activations"]["max_difference"].get<double>();
  for (const WeightTypeInfo& info : kWeightTypes) {
    if (quant::find_codec(info.type) == nullptr) continue;
    testing::ModelFile file(testing::tiny_model("llama_mixed_formats"));
    const auto coded = file.convert(info.type).write(folder() / "coded.gguf");
    const auto plain = file.convert(WeightType::kF32).write(folder() / "plain.gguf");
    const Model reference = load(plain, "");
    const Logits wanted = logits_of(reference, tokens);
    const bool is_float = info.block_columns == 1;
    const double tolerance = is_float ? float_tolerance(reference.info(), golden) : rounding;
    for (const std::string_view isa : usable_isas()) {
      SCOPED_TRACE(fmt::format("{} {}", info.name, isa));
      EXPECT_LE(compare(logits_of(load(coded, isa), tokens), wanted, tolerance), tolerance);
    }
  }
}

}  // namespace
}  // namespace linnet
