// Any bytes as the file of a trained head, as they are and behind a beginning and before a checksum that are
// right: an error that names the file, or a task that tells probabilities, and of values places in the text.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include <linnet/tasks.h>

#include "base/byte_reader.h"
#include "base/hash64.h"
#include "tasks/head_file.h"

namespace linnet {
namespace {

constexpr const char* kText = "She took Valtan 40 mg.";

void require(bool condition) {
  if (!condition) std::abort();
}

bool is_probability(double p) { return p >= 0 && p <= 1 + 1e-9; }

const Model& model() {
  static const Model loaded =
      Model::load(std::filesystem::path(LINNET_GOLDEN_DIR) / "model" / "llama_tied.gguf", {.n_threads = 1})
          .value();
  return loaded;
}

// Heads are read from files, so this is one; removed at the end.
class HeadFile {
 public:
  HeadFile() : path_(std::filesystem::temp_directory_path() / ("fuzz-" + std::to_string(::getpid()))) {}
  ~HeadFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  std::string read() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path path_;
};

const HeadFile& file() {
  static const HeadFile instance;
  return instance;
}

// What a head of that kind begins with.
std::string beginning(const char* kind) {
  constexpr std::size_t kChecksum = 8;
  tasks::HeadWriter(kind, model()).write(file().path()).value();
  std::string bytes = file().read();
  bytes.resize(bytes.size() - kChecksum);
  return bytes;
}

// With the checksum of all but magic word and version.
std::string sealed(std::string bytes) {
  constexpr std::size_t kUnhashed = 16;
  Hash64 hash;
  hash.add(std::as_bytes(std::span(bytes).subspan(kUnhashed)));
  for (const std::byte byte : to_little(hash.value())) bytes += static_cast<char>(byte);
  return bytes;
}

template <class T>
bool is_there(const Result<T>& result) {
  if (!result) require(result.error().message.starts_with(file().path().string() + ": "));
  return result.has_value();
}

void classify() {
  auto classifier = Classifier::load(model(), file().path(), {.n_ctx = 64, .n_threads = 1});
  if (!is_there(classifier)) return;
  const auto answer = classifier->classify(kText);
  if (!answer) return require(answer.error().code == ErrorCode::kCorrupt);
  require(answer->ranked.size() == classifier->labels().size() && is_probability(answer->none));
  for (const RankedLabel& label : answer->ranked) {
    require(label.label < answer->ranked.size() && is_probability(label.probability));
  }
}

void extract() {
  ExtractOptions options;
  options.head = file().path();
  options.n_ctx = 128;
  options.n_threads = 1;
  auto extractor = Extractor::create(model(), options);
  if (!is_there(extractor)) return;
  const auto records = extractor->extract(kText);
  if (!records) return require(records.error().code == ErrorCode::kCorrupt);
  for (const Record& record : *records) {
    for (const FieldValue& value : record) {
      require(value.begin <= value.end && value.end <= std::string_view(kText).size());
      require(is_probability(value.probability));
    }
  }
}

}  // namespace
}  // namespace linnet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linnet;
  static const std::string classifier = beginning("classifier"), extractor = beginning("extractor");
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  file().write(bytes);
  classify();
  file().write(sealed(classifier + bytes));
  classify();
  file().write(sealed(extractor + bytes));
  extract();
  return 0;
}
