#include "engine/state_reader.h"

#include "tests/engine/support.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::load_tiny;

std::vector<Token> tokens_from(std::size_t seed, std::size_t n) {
  std::vector<Token> tokens(n);
  for (std::size_t i = 0; i < n; ++i) tokens[i] = static_cast<Token>((37 * i + 11 * seed) % 290);
  return tokens;
}

std::vector<std::vector<Token>> mixed_sequences() {
  std::vector<std::vector<Token>> sequences;
  for (std::size_t i = 0; i < 50; ++i) sequences.push_back(tokens_from(i, 1 + 7 * i % 13));
  sequences.push_back(tokens_from(99, 300));
  sequences.push_back(tokens_from(98, 3));
  return sequences;
}

StateOptions options_of(std::vector<std::size_t> layers, std::size_t n_chunk = 256, unsigned n_threads = 1) {
  StateOptions options;
  options.layers = std::move(layers);
  options.n_ctx = 512;
  options.n_chunk = n_chunk;
  options.n_threads = n_threads;
  return options;
}

using States = std::vector<std::vector<float>>;

States read_all(StateReader& reader, const std::vector<std::vector<Token>>& sequences) {
  States states(sequences.size());
  reader
      .read(sequences,
            [&](const SequenceStates& s) {
              EXPECT_TRUE(states[s.index].empty());
              EXPECT_EQ(s.n_tokens, sequences[s.index].size());
              EXPECT_EQ(s.values.size(), s.n_tokens * s.d_row);
              states[s.index].assign(s.values.begin(), s.values.end());
              return true;
            })
      .value();
  return states;
}

TEST(StateReader, CompanyChunksAndThreadsChangeNoBit) {
  for (const std::string_view name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    const auto sequences = mixed_sequences();
    const auto together = read_all(*StateReader::create(model, options_of({1, 2})).value(), sequences);
    const auto split = read_all(*StateReader::create(model, options_of({1, 2}, 7, 3)).value(), sequences);
    EXPECT_EQ(together, split) << name;
    const auto reader = StateReader::create(model, options_of({1, 2})).value();
    for (const std::size_t i : {std::size_t{0}, std::size_t{13}, std::size_t{50}}) {
      EXPECT_EQ(read_all(*reader, {sequences[i]})[0], together[i]) << name << ", sequence " << i;
    }
  }
}

TEST(StateReader, ALayersStatesDoNotDependOnTheOthersChosen) {
  const Model model = load_tiny("gemma3");
  const auto sequences = mixed_sequences();
  const auto reader = StateReader::create(model, options_of({1, 3})).value();
  const auto both = read_all(*reader, sequences);
  const auto first = read_all(*StateReader::create(model, options_of({1})).value(), sequences);
  const std::size_t d = model.info().d_model;
  ASSERT_EQ(reader->d_row(), 2 * d);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    for (std::size_t t = 0; t < sequences[i].size(); ++t) {
      const auto row = std::span(both[i]).subspan(2 * t * d, 2 * d);
      EXPECT_TRUE(std::ranges::equal(row.first(d), std::span(first[i]).subspan(t * d, d)));
      EXPECT_FALSE(std::ranges::equal(row.first(d), row.last(d)));
    }
  }
}

// What stands before does not change when it is computed apart; 256 is a page.
TEST(StateReader, APrefixIsAsIfItStoodInEachSequence) {
  const Model model = load_tiny();
  const auto reader = StateReader::create(model, options_of({2})).value();
  const auto sequences = mixed_sequences();
  for (const std::size_t n : {5, 256, 200, 0}) {
    const std::vector<Token> prefix = tokens_from(77, n);
    std::vector<std::vector<Token>> full;
    for (const auto& sequence : sequences) {
      if (n + sequence.size() > 512) continue;
      full.push_back(prefix);
      full.back().insert(full.back().end(), sequence.begin(), sequence.end());
    }
    ASSERT_TRUE(reader->set_prefix({}));
    const auto whole = read_all(*reader, full);
    ASSERT_TRUE(reader->set_prefix(prefix));
    EXPECT_EQ(reader->max_tokens(), 512 - n);
    for (int round = 0; round < 2; ++round) {
      std::size_t i = 0;
      std::vector<std::vector<Token>> fitting;
      for (const auto& sequence : sequences) {
        if (n + sequence.size() <= 512) fitting.push_back(sequence);
      }
      for (const auto& states : read_all(*reader, fitting)) {
        EXPECT_TRUE(std::ranges::equal(states, std::span(whole[i]).last(states.size()))) << n << " " << i;
        ++i;
      }
    }
  }
}

TEST(StateReader, GoesOnAfterACancel) {
  const Model model = load_tiny();
  const auto reader = StateReader::create(model, options_of({2}, 16)).value();
  const auto sequences = mixed_sequences();
  std::size_t n = 0;
  const auto cancelled = reader->read(sequences, [&](const SequenceStates&) { return ++n < 20; });
  expect_error(cancelled, ErrorCode::kCancelled, "of 52 sequences");
  EXPECT_EQ(n, 20u);
  EXPECT_EQ(read_all(*reader, sequences),
            read_all(*StateReader::create(model, options_of({2})).value(), sequences));
}

TEST(StateReader, RefusesWhatCannotBeMeant) {
  const Model model = load_tiny();
  for (const std::vector<std::size_t>& layers : {std::vector<std::size_t>{}, {0}, {2, 1}, {1, 1}, {3}}) {
    expect_error(StateReader::create(model, options_of(layers)), ErrorCode::kInvalidArgument,
                 "ascending numbers from 1 to 2");
  }
  const auto reader = StateReader::create(model, options_of({1})).value();
  const auto nothing = [](const SequenceStates&) { return true; };
  const std::vector<std::vector<Token>> empty = {{1, 2}, {}};
  expect_error(reader->read(empty, nothing), ErrorCode::kInvalidArgument, "sequence 1: no tokens");
  const std::vector<std::vector<Token>> foreign = {{1, 100000}};
  expect_error(reader->read(foreign, nothing), ErrorCode::kInvalidArgument, "sequence 0: token 100000");
  ASSERT_TRUE(reader->set_prefix(tokens_from(1, 500)));
  const std::vector<std::vector<Token>> too_long = {tokens_from(1, 13)};
  expect_error(reader->read(too_long, nothing), ErrorCode::kContextFull, "sequence 0 has 13 tokens");
  expect_error(reader->set_prefix(tokens_from(1, 512)), ErrorCode::kContextFull, "leaves no room");
  EXPECT_TRUE(reader->read({}, nothing));
}

TEST(MeanOfRows, IsTheMeanOfEachColumn) {
  const std::vector<float> values = {1, 2, 3, 4, 8, 9};
  const SequenceStates states{0, 3, 2, values};
  std::vector<float> mean(2);
  mean_of_rows(states, 0, 3, mean);
  EXPECT_EQ(mean, (std::vector<float>{4, 5}));
  mean_of_rows(states, 1, 2, mean);
  EXPECT_EQ(mean, (std::vector<float>{3, 4}));
}

}  // namespace
}  // namespace linnet
