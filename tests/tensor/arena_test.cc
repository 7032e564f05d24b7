#include "tensor/arena.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace linnet {
namespace {

TEST(Arena, MeasuresWithoutABufferWhatItLaterHandsOut) {
  struct Layout {
    float* floats;
    std::uint8_t* bytes;
    double* doubles;
  };
  const auto lay_out = [](Arena& arena) {
    return Layout{arena.take<float>(3), arena.take<std::uint8_t>(65), arena.take<double>(8)};
  };
  Arena measure;
  const Layout nothing = lay_out(measure);
  EXPECT_EQ(nothing.floats, nullptr);
  EXPECT_EQ(nothing.doubles, nullptr);
  EXPECT_EQ(measure.n_bytes(), 64u + 128u + 64u);

  const auto buffer = AlignedBuffer::allocate(measure.n_bytes(), AlignedBuffer::Pages::kSmall, "a test");
  ASSERT_TRUE(buffer);
  Arena arena(*buffer);
  const Layout layout = lay_out(arena);
  EXPECT_EQ(arena.n_bytes(), measure.n_bytes());
  const auto offset = [&](const void* p) { return static_cast<const std::byte*>(p) - buffer->data(); };
  EXPECT_EQ(offset(layout.floats), 0);
  EXPECT_EQ(offset(layout.bytes), 64);
  EXPECT_EQ(offset(layout.doubles), 192);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(layout.floats[i], 0.0f);
}

TEST(Arena, NothingTakesNoRoom) {
  Arena measure;
  measure.take<float>(0);
  EXPECT_EQ(measure.n_bytes(), 0u);
}

}  // namespace
}  // namespace linnet
