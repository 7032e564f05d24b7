#include "base/weight_type.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace linnet {
namespace {

TEST(WeightType, AgreesWithTheReferencePackage) {
  std::ifstream golden(LINNET_GOLDEN_DIR "/gguf/weight_types.txt");
  std::uint32_t number = 0, block_columns = 0, block_bytes = 0;
  std::string name;
  std::size_t count = 0;
  for (; golden >> number >> name >> block_columns >> block_bytes; ++count) {
    const WeightTypeInfo* info = find_weight_type(number);
    ASSERT_NE(info, nullptr) << name;
    EXPECT_EQ(info->name, name);
    EXPECT_EQ(info->block_columns, block_columns) << name;
    EXPECT_EQ(info->block_bytes, block_bytes) << name;
    EXPECT_EQ(&weight_type_info(info->type), info);
  }
  EXPECT_EQ(count, std::size(kWeightTypes));
  EXPECT_EQ(find_weight_type(4), nullptr);  // Q4_2, long gone
  EXPECT_EQ(find_weight_type(UINT32_MAX), nullptr);
}

}  // namespace
}  // namespace linnet
