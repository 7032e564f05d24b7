// Saved sessions: what a restored one computes, what a file may be refused for, and files that somebody made
// to do harm.
#include "engine/session_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <tuple>

#include "base/byte_reader.h"
#include "base/hash64.h"
#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::at_most;
using testing::copy;
using testing::expect_error;
using testing::file_text;
using testing::load_tiny;
using testing::ModelFile;
using testing::open_session;
using testing::some_tokens;
using testing::tiny_model;

constexpr std::size_t kHeaderBytes = SessionShape::kHeaderBytes;

// The same checksums as an honest file of these contents would have.
void seal(std::string& file) {
  const auto put_hash = [&](std::size_t first, std::size_t end) {
    Hash64 hash;
    hash.add(std::as_bytes(std::span(file)).subspan(first, end - first));
    const auto bytes = to_little(hash.value());
    std::memcpy(file.data() + end, bytes.data(), bytes.size());
  };
  if (file.size() >= kHeaderBytes) put_hash(0, kHeaderBytes - 8);
  if (file.size() >= kHeaderBytes + 8) put_hash(kHeaderBytes, file.size() - 8);
}

template <class T>
std::string with(std::string file, std::size_t offset, T number) {
  const auto bytes = to_little(number);
  std::memcpy(file.data() + offset, bytes.data(), bytes.size());
  seal(file);
  return file;
}

class SessionFile : public testing::InTempFolder {
 protected:
  const std::filesystem::path path_ = folder() / "session";

  // A session of 20 tokens, and its file.
  const Model model_ = load_tiny();
  Session session_ = [this] {
    Session session = open_session(model_);
    session.append(some_tokens(20)).value();
    session.save(path_).value();
    return session;
  }();
  const std::string file_ = file_text(path_);

  void expect_refusal(const std::string& file, ErrorCode code, std::string_view part) {
    const auto path = write_file("refused", file);
    const auto tokens = copy(session_.tokens());
    const auto logits = copy(session_.logits());
    const auto restored = session_.restore(path);
    expect_error(restored, code, part);
    EXPECT_TRUE(restored.error().message.starts_with(path.string() + ": "));
    EXPECT_EQ(copy(session_.tokens()), tokens);
    EXPECT_EQ(copy(session_.logits()), logits);
  }
};

class Restored : public testing::InTempFolder,
                 public ::testing::WithParamInterface<std::tuple<const char*, CacheFormatInfo>> {
 protected:
  Session open(std::size_t n_ctx, unsigned n_threads, std::size_t n_chunk) const {
    SessionOptions options{.n_ctx = n_ctx, .n_threads = n_threads, .n_chunk = n_chunk};
    options.cache = std::get<1>(GetParam()).format;
    return Session::open(model_, options).value();
  }
  const Model model_ = load_tiny(std::get<0>(GetParam()));
};

// 300 positions: more than a page, and than any window.
TEST_P(Restored, GoesOnWithTheSameBits) {
  const std::vector<Token> tokens = some_tokens(310);
  const auto prompt = std::span(tokens).first(300), rest = std::span(tokens).subspan(300);
  Session saved = open(400, 2, 7);
  saved.append(prompt).value();
  saved.save(folder() / "session").value();
  Session restored = open(512, 1, 64);
  restored.append(some_tokens(40)).value();  // to be forgotten
  restored.restore(folder() / "session").value();
  EXPECT_EQ(copy(restored.tokens()), copy(prompt));
  EXPECT_TRUE(restored.logits().empty());
  saved.append(rest).value();
  restored.append(rest).value();
  EXPECT_EQ(copy(restored.logits()), copy(saved.logits()));
  Session recomputed = open(310, 1, 256);
  recomputed.append(tokens).value();
  EXPECT_EQ(copy(restored.logits()), copy(recomputed.logits()));
}

TEST_P(Restored, GoesOnGenerating) {
  Session saved = open(64, 1, 256);
  saved.append(some_tokens(10)).value();
  const auto first = saved.generate(at_most(10)).value();
  saved.save(folder() / "session").value();  // the last token is held, but not computed
  Session restored = open(64, 2, 3);
  restored.restore(folder() / "session").value();
  EXPECT_EQ(restored.tokens().size(), 20u);
  EXPECT_EQ(restored.generate(at_most(10)).value().text, saved.generate(at_most(10)).value().text);
}

INSTANTIATE_TEST_SUITE_P(Tiny, Restored,
                         ::testing::Combine(::testing::Values("llama_tied", "gemma3"),
                                            ::testing::ValuesIn(kCacheFormats)),
                         [](const auto& instance) {
                           return fmt::format("{}_{}", std::get<0>(instance.param),
                                              std::get<1>(instance.param).name);
                         });

// A tile of 16 positions of a head that fills half a block, whatever the format.
TEST_F(SessionFile, HasNoTraceOfWhatIsForgottenInAnyFormat) {
  for (const CacheFormatInfo& cache : kCacheFormats) {
    const auto save = [&](std::size_t n_before) {
      Session session = Session::open(model_, {.n_ctx = 64, .cache = cache.format}).value();
      session.append(some_tokens(n_before)).value();
      session.rewind(20).value();
      session.save(path_).value();
      return file_text(path_);
    };
    EXPECT_TRUE(save(20) == save(64)) << cache.name;
    const std::size_t n_blocks = cache.element_bytes < 2 ? 32 : 16;
    EXPECT_EQ(file_text(path_).size(),
              kHeaderBytes + 20 * 4 + 8 +
                  static_cast<std::size_t>(2 * 2 * 32 * static_cast<double>(n_blocks) * cache.element_bytes));
  }
}

TEST_F(SessionFile, HasWhatIsComputedAndNoMore) {
  // Two layers of one head of 16 halves: keys and values of two tiles.
  EXPECT_EQ(file_.size(), kHeaderBytes + 20 * 4 + 2 * 16 * 2 * (32 + 32) + 8);
  Session empty = open_session(model_);
  empty.save(path_).value();
  EXPECT_EQ(file_text(path_).size(), kHeaderBytes + 8);
  session_.restore(path_).value();
  EXPECT_TRUE(session_.tokens().empty());
  EXPECT_TRUE(session_.append(some_tokens(3)).has_value());
}

TEST_F(SessionFile, IsTheSameForTheSameTokens) {
  Session other = open_session(model_, 400, 2, 50);
  other.append(some_tokens(300)).value();
  other.rewind(20).value();
  other.save(path_).value();
  EXPECT_TRUE(file_text(path_) == file_);  // no trace of the 280 others
}

TEST_F(SessionFile, IsReplacedAsAWhole) {
  session_.rewind(2).value();
  session_.save(path_).value();
  EXPECT_LT(file_text(path_).size(), file_.size());
  expect_error(session_.save(folder() / "none" / "session"), ErrorCode::kNotFound, "none/session");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(SessionFile, OnAFullDiskIsNotThere) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto saved = session_.save(path_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  expect_error(saved, ErrorCode::kIo, "File too large");
  EXPECT_TRUE(file_text(path_) == file_);  // the older one
  EXPECT_EQ(n_files(), 1);
}

TEST_F(SessionFile, IsRefusedForWhatItIs) {
  expect_error(session_.restore(folder() / "none"), ErrorCode::kNotFound, "none");
  expect_error(session_.restore(folder()), ErrorCode::kIo, "a directory");
  expect_refusal("", ErrorCode::kCorrupt, "not a session file");
  expect_refusal(file_text(tiny_model("qwen2")), ErrorCode::kCorrupt, "not a session file");
  expect_refusal(with(file_, 8, std::uint32_t{7}), ErrorCode::kUnsupported,
                 "a session file of version 7, but this linnet reads version 1");
  expect_refusal(file_.substr(0, 9), ErrorCode::kCorrupt, "cut off after 9 bytes");
  expect_refusal(file_.substr(0, 47), ErrorCode::kCorrupt, "cut off after 47 bytes");
  expect_refusal(file_.substr(0, file_.size() - 1), ErrorCode::kCorrupt, "20 tokens, 20 of them computed");
  expect_refusal(file_ + "x", ErrorCode::kCorrupt, "20 tokens, 20 of them computed");
  for (const std::size_t at : {kHeaderBytes, std::size_t{1000}, file_.size() - 1}) {
    std::string damaged = file_;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    expect_refusal(damaged, ErrorCode::kCorrupt, "its checksum does not match");
  }
  std::string damaged = file_;
  damaged[24] = 21;
  expect_refusal(damaged, ErrorCode::kCorrupt, "header is damaged");
  expect_refusal(with(file_, 32, std::uint64_t{21}), ErrorCode::kCorrupt, "header is damaged");
  expect_refusal(with(file_, kHeaderBytes, Token{-1}), ErrorCode::kCorrupt, "token -1 is outside");
  expect_refusal(with(file_, kHeaderBytes, Token{1 << 30}), ErrorCode::kCorrupt, "outside the vocabulary");
  expect_refusal(with(file_, 12, std::uint32_t{77}), ErrorCode::kInvalidArgument,
                 "stored as another format, but this session's is f16");
  expect_refusal(with(file_, 24, ~std::uint64_t{0}), ErrorCode::kContextFull, "18446744073709551615 tokens");
}

TEST_F(SessionFile, IsRefusedForWhatTheSessionIs) {
  SessionOptions options{.n_ctx = 19};
  expect_error(Session::open(model_, options).value().restore(path_), ErrorCode::kContextFull,
               "20 tokens, but this session's context holds 19");
  options = {.n_ctx = 20, .cache = CacheFormat::kQ8_0};
  expect_error(Session::open(model_, options).value().restore(path_), ErrorCode::kInvalidArgument,
               "stored as f16, but this session's is q8_0");
  options.cache = CacheFormat::kF16;
  EXPECT_TRUE(Session::open(model_, options).value().restore(path_).has_value());
}

TEST_F(SessionFile, IsForOneModelWhateverItsFile) {
  const auto restore_with = [&](auto change) {
    ModelFile file(tiny_model("llama_tied"));
    change(file);
    const Model model = Model::load(file.write(folder() / "model.gguf")).value();
    return open_session(model).restore(path_);
  };
  const auto reorder = [](ModelFile& f) {
    std::ranges::reverse(f.tensors());
    f.set("general.name", std::string("another")).set("llama.context_length", std::uint64_t{1000});
  };
  EXPECT_TRUE(restore_with(reorder).has_value());
  pack(tiny_model("llama_tied"), folder() / "packed.gguf").value();
  EXPECT_TRUE(open_session(Model::load(folder() / "packed.gguf").value()).restore(path_).has_value());
  const auto change_weight = [](ModelFile& f) {
    auto values = f.tensor("blk.1.ffn_norm.weight").values();
    values[3] += 0.25f;
    f.tensor("blk.1.ffn_norm.weight").set_values(WeightType::kF32, values);
  };
  expect_error(restore_with(change_weight), ErrorCode::kInvalidArgument, "a session of another model");
  const auto change_rope = [](ModelFile& f) { f.set("llama.rope.freq_base", 20000.0); };
  expect_error(restore_with(change_rope), ErrorCode::kInvalidArgument, "a session of another model");
  expect_error(open_session(load_tiny("qwen3")).restore(path_), ErrorCode::kInvalidArgument, "another model");
}

// Whatever stands in a file whose checksums are right, the session goes on.
TEST_F(SessionFile, MadeToDoHarmDoesNone) {
  std::mt19937_64 random(20261122);
  constexpr std::uint64_t kNumbers[] = {0,  1,   16,      19,         20,         21,   64,
                                        65, 255, 1 << 16, 1ull << 31, 1ull << 62, ~0ull};
  std::size_t n_restored = 0;
  for (int round = 0; round < 400; ++round) {
    std::string file = file_;
    for (auto n = random() % 3; n > 0; --n) {
      const auto number = to_little(kNumbers[random() % std::size(kNumbers)]);
      std::memcpy(file.data() + 12 + random() % 29, number.data(), 1 + random() % 8);
    }
    for (auto n = random() % 4; n > 0; --n) file[random() % file.size()] = static_cast<char>(random());
    if (random() % 4 == 0) file.resize(random() % (file.size() + 100));
    if (random() % 4 != 0) seal(file);
    const auto restored = session_.restore(write_file("harmful", file));
    EXPECT_TRUE(restored.has_value() || !restored.error().message.empty());
    n_restored += restored.has_value();
    EXPECT_LE(session_.tokens().size(), 64u);
    session_.rewind(std::min<std::size_t>(session_.tokens().size(), 40)).value();
    EXPECT_TRUE(session_.append(some_tokens(2)).has_value());
    if (const auto made = session_.generate(at_most(2)); !made) {
      EXPECT_EQ(made.error().code, ErrorCode::kCorrupt);  // logits that are not finite
    }
  }
  EXPECT_GT(n_restored, 40u);
  EXPECT_LT(n_restored, 360u);
  session_.restore(path_).value();
  EXPECT_EQ(session_.tokens().size(), 20u);
}

}  // namespace
}  // namespace linnet
