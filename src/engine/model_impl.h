// What a Model handle points to.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <linnet/model.h>

#include "gguf/reader.h"
#include "grammar/token_trie.h"
#include "kernels/kernel_table.h"
#include "model/hparams.h"
#include "model/weights.h"
#include "tokenizer/tokenizer.h"

namespace linnet {

struct LINNET_LOCAL Model::Impl {
  std::unique_ptr<gguf::File> file;  // the tokenizer and the metadata are views into it
  std::unique_ptr<const Tokenizer> tokenizer;
  const kernels::KernelTable* kernels = nullptr;
  bool has_weights = false;
  Hparams hparams;
  Weights weights;
  std::string chat_template;
  ModelInfo info;

  /// A hash of sizes, weights and vocabulary: of all that a sequence's keys and values depend on. Reads all
  /// weights on the first call; any thread may make it.
  std::uint64_t fingerprint() const;

  /// What its tokens write, for constraints. Made on the first call, which any thread may make.
  std::shared_ptr<const grammar::TokenTexts> token_texts() const;

  LogSink sink;
  mutable std::mutex sink_mutex;
  mutable std::once_flag fingerprint_once;
  mutable std::uint64_t fingerprint_value = 0;
  mutable std::mutex token_texts_mutex;
  mutable std::shared_ptr<const grammar::TokenTexts> token_texts_value;

  /// Formats a message for the sink, if there is one.
  template <class... Args>
  void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
    if (!sink) return;
    const std::string message = fmt::format(format, std::forward<Args>(args)...);
    const std::scoped_lock lock(sink_mutex);
    sink(level, message);
  }
};

}  // namespace linnet
