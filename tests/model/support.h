// Tiny models in memory, for tests that change one and read it again.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "base/fail.h"
#include "model/hparams.h"
#include "tests/support/model_file.h"

namespace linnet::testing {

/// A model file that is read from memory. Owns the bytes that the File looks into.
struct ParsedModel {
  explicit ParsedModel(const ModelFile& model)
      : bytes(model.bytes()), file(gguf::File::parse(bytes, "tiny.gguf").value()) {}

  std::vector<std::byte> bytes;
  std::unique_ptr<gguf::File> file;
};

inline Result<Hparams> hparams_of(const ModelFile& model) { return read_hparams(*ParsedModel(model).file); }

/// Expects an error of that code whose message begins with the file's name and this.
template <class T>
void expect_error(const Result<T>& result, ErrorCode code, std::string_view message) {
  ASSERT_FALSE(result.has_value()) << "wanted: " << message;
  EXPECT_EQ(to_string(result.error().code), to_string(code));
  EXPECT_TRUE(result.error().message.starts_with(fmt::format("tiny.gguf: {}", message)))
      << result.error().message << "\nwanted: " << message;
}

}  // namespace linnet::testing
