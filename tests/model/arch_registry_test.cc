#include "model/arch/registry.h"

#include <gtest/gtest.h>

namespace linnet {
namespace {

TEST(ArchRegistry, KnowsItsArchitecturesByName) {
  for (const char* name : {"llama", "qwen2", "qwen3", "gemma3"})
    EXPECT_EQ(find_arch(name).value()->name, name);
}

TEST(ArchRegistry, SaysWhichThereAre) {
  const auto unknown = find_arch("mamba");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(unknown.error().message,
            "architecture 'mamba' is not one that linnet knows; those are: gemma3, llama, qwen2, qwen3");
  EXPECT_FALSE(find_arch("").has_value());
  EXPECT_FALSE(find_arch("Llama").has_value());
}

}  // namespace
}  // namespace linnet
