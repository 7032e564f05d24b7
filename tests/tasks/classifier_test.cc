#include <linnet/tasks.h>

#include <cmath>
#include <numeric>

#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::load_tiny;

class ClassifierTest : public testing::InTempFolder {};

ClassifierOptions small(unsigned n_threads = 1) {
  ClassifierOptions options;
  options.n_ctx = 128;
  options.n_threads = n_threads;
  return options;
}

// Even a model of random weights tells letters apart.
std::vector<LabelledText> letters_and_digits() {
  return {{"a b c d", "letters"}, {"e f g h", "letters"}, {"k l m n", "letters"}, {"x y z a", "letters"},
          {"1 2 3 4", "digits"},  {"5 6 7 8", "digits"},  {"9 0 1 2", "digits"},  {"3 3 7 1", "digits"}};
}

const std::vector<std::string> kTexts = {"b d f h", "2 4 6 8", "z y x w", "7 7 1 2", "d c b a"};

std::vector<Label> some_labels() { return {{"yes", "it is so"}, {"yes and no"}, {"no", "", {"not at all"}}}; }

void expect_same(const std::vector<Classification>& a, const std::vector<Classification>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].label, b[i].label);
    EXPECT_EQ(a[i].none, b[i].none);
    ASSERT_EQ(a[i].ranked.size(), b[i].ranked.size());
    for (std::size_t k = 0; k < a[i].ranked.size(); ++k) {
      EXPECT_EQ(a[i].ranked[k].label, b[i].ranked[k].label);
      EXPECT_EQ(a[i].ranked[k].probability, b[i].ranked[k].probability);
    }
  }
}

void expect_sane(const Classification& result) {
  double sum = result.none;
  for (std::size_t k = 0; k < result.ranked.size(); ++k) {
    sum += result.ranked[k].probability;
    EXPECT_LE(result.ranked[k].probability, result.ranked[k == 0 ? 0 : k - 1].probability);
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_EQ(result.label.value_or(result.ranked.front().label), result.ranked.front().label);
}

TEST_F(ClassifierTest, LearnsFromExamples) {
  for (const std::string_view name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    Classifier classifier = Classifier::train(model, letters_and_digits(), small()).value();
    ASSERT_EQ(classifier.labels().size(), 2u);
    EXPECT_EQ(classifier.labels()[0], "letters");
    const auto results = classifier.classify(kTexts).value();
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
      expect_sane(results[i]);
      EXPECT_EQ(results[i].ranked.front().label, i % 2 == 0 ? 0u : 1u) << name << ": " << kTexts[i];
    }
  }
}

TEST_F(ClassifierTest, ThreadsCompanyAndFilesChangeNoBit) {
  const Model model = load_tiny("gemma3");
  Classifier one = Classifier::train(model, letters_and_digits(), small(1)).value();
  Classifier three = Classifier::train(model, letters_and_digits(), small(3)).value();
  const auto results = one.classify(kTexts).value();
  expect_same(results, three.classify(kTexts).value());
  expect_same({results[3]}, {one.classify(kTexts[3]).value()});
  ASSERT_TRUE(one.save(folder() / "head"));
  Classifier loaded = Classifier::load(model, folder() / "head", small(2)).value();
  expect_same(results, loaded.classify(kTexts).value());
  EXPECT_TRUE(std::ranges::equal(one.labels(), loaded.labels()));
}

TEST_F(ClassifierTest, AbstainsBelowTheThresholdAndWhereNothingFits) {
  const Model model = load_tiny();
  ClassifierOptions options = small();
  options.threshold = 1;
  Classifier strict = Classifier::train(model, letters_and_digits(), options).value();
  for (const Classification& result : strict.classify(kTexts).value()) EXPECT_FALSE(result.label);

  std::vector<LabelledText> examples = letters_and_digits();
  const std::vector<std::string> others = {"? ! ? !", ". , ; :", "! . ! .", "; ; ? ?"};
  for (const std::string& text : others) examples.push_back({text});
  Classifier classifier = Classifier::train(model, examples, small()).value();
  const auto fitting = classifier.classify(kTexts).value();
  const auto unfit = classifier.classify(others).value();
  EXPECT_GT(unfit[0].none, fitting[0].none);
}

TEST_F(ClassifierTest, AsksTheModel) {
  const Model model = load_tiny();
  Classifier classifier = Classifier::from_labels(model, some_labels(), small(1)).value();
  const auto results = classifier.classify(kTexts).value();
  for (const Classification& result : results) expect_sane(result);
  Classifier again = Classifier::from_labels(model, some_labels(), small(2)).value();
  expect_same(results, again.classify(kTexts).value());
  expect_same({results[2]}, again.classify({&kTexts[2], 1}).value());
  expect_error(classifier.save(folder() / "head"), ErrorCode::kUnsupported, "nothing to save");
}

TEST_F(ClassifierTest, RefusesWhatCannotBeMeant) {
  const Model model = load_tiny();
  const auto train = [&](std::vector<LabelledText> examples) {
    return Classifier::train(model, examples, small());
  };
  expect_error(train({}), ErrorCode::kInvalidArgument, "0 labels were given");
  expect_error(train({{"a", "x"}, {"b"}}), ErrorCode::kInvalidArgument, "1 label was given");
  expect_error(train({{"a", "x"}, {"b", ""}}), ErrorCode::kInvalidArgument, "a label is empty");
  expect_error(train({{"a", "x"}, {"b", "\xFF"}}), ErrorCode::kInvalidArgument, "a label is not UTF-8");
  expect_error(train({{"a", "x"}, {"", "y"}}), ErrorCode::kInvalidArgument, "example 1: the text is empty");
  expect_error(train({{"a", "x"}, {"b\xC0", "y"}}), ErrorCode::kInvalidArgument,
               "byte 1 begins no character");
  expect_error(train({{"a", "x"}, {std::string(2000, 'q'), "y"}}), ErrorCode::kContextFull,
               "example 1: the text has");
  ClassifierOptions options = small();
  options.layers = {9};
  expect_error(Classifier::train(model, letters_and_digits(), options), ErrorCode::kInvalidArgument, "[9]");
  options = small();
  options.threshold = NAN;
  expect_error(Classifier::train(model, letters_and_digits(), options), ErrorCode::kInvalidArgument,
               "threshold");

  const auto ask = [&](std::vector<Label> labels) { return Classifier::from_labels(model, labels, small()); };
  expect_error(ask({{"a"}, {"b"}, {"a"}}), ErrorCode::kInvalidArgument, "label 'a' is there twice");
  expect_error(ask({{"a"}}), ErrorCode::kInvalidArgument, "1 label was given");
  expect_error(ask({{"a"}, {std::string(300, 'x')}}), ErrorCode::kInvalidArgument, "at most 64");
  expect_error(ask({{"a"}, {"b", std::string(2000, 'x')}}), ErrorCode::kContextFull, "no room");
  Classifier classifier = ask(some_labels()).value();
  const std::vector<std::string> texts = {"fine", ""};
  expect_error(classifier.classify(texts), ErrorCode::kInvalidArgument, "text 1: the text is empty");
  const auto alone = classifier.classify("");
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().message, "the text is empty");
}

TEST_F(ClassifierTest, CanBeCancelled) {
  const Model model = load_tiny();
  ClassifierOptions options = small();
  std::size_t n_calls = 0;
  std::size_t limit = 3;
  options.progress = [&](double fraction) {
    EXPECT_GT(fraction, 0.0);
    EXPECT_LE(fraction, 1.0);
    return ++n_calls < limit;
  };
  expect_error(Classifier::train(model, letters_and_digits(), options), ErrorCode::kCancelled, "cancelled");
  limit = 1000;
  Classifier classifier = Classifier::train(model, letters_and_digits(), options).value();
  limit = n_calls + 2;
  expect_error(classifier.classify(kTexts), ErrorCode::kCancelled, "cancelled");
  limit = 1000;
  EXPECT_TRUE(classifier.classify(kTexts));
}

TEST_F(ClassifierTest, ReadsHeadsFromAnybody) {
  const Model model = load_tiny();
  const auto path = folder() / "head";
  Classifier::train(model, letters_and_digits(), small()).value().save(path).value();
  const std::string good = testing::file_text(path);
  expect_error(Classifier::load(load_tiny("gemma3"), path), ErrorCode::kInvalidArgument, "another model");
  expect_error(Classifier::load(model, folder() / "no"), ErrorCode::kNotFound, "no");
  for (std::size_t n = 0; n < good.size(); n += 1 + n / 7) {
    expect_error(Classifier::load(model, write_file("cut", std::string_view(good).substr(0, n))),
                 ErrorCode::kCorrupt, "not a trained head");
    std::string damaged = good;
    damaged[n] ^= 0x10;
    EXPECT_FALSE(Classifier::load(model, write_file("damaged", damaged))) << n;
  }
}

}  // namespace
}  // namespace linnet
