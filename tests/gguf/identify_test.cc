#include "gguf/identify.h"

#include <gtest/gtest.h>

namespace linnet::gguf {
namespace {

using namespace std::string_view_literals;

TEST(Identify, NamesWhatPeopleMistakeForGguf) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"PK\x03\x04\x14", "a ZIP archive"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a git-lfs pointer"},
      {"<!DOCTYPE html><html>", "a web page"},
      {"<html lang=\"en\">", "a web page"},
      {"\x40\x00\x00\x00\x00\x00\x00\x00{\"a\":{}}"sv, "a safetensors file"},
      {"tjgg\x03\x00\x00\x00"sv, "an old GGML file"},
      {"\x1F\x8B\x08", "a gzip archive"},
      {"\x80\x02}q", "a Python pickle"},
      {"{\"error\": \"not found\"}", "a JSON document"},
      {"Not Found\n", "plain text"},
      {"\0\0\0\0\0\0\0\0"sv, "nothing but zeros"},
  };
  for (const auto& [bytes, description] : cases) {
    EXPECT_EQ(identify(std::as_bytes(std::span(bytes))).substr(0, description.size()), description);
  }
}

TEST(Identify, IsSilentAboutWhatItDoesNotKnow) {
  EXPECT_EQ(identify({}), "");
  EXPECT_EQ(identify(std::as_bytes(std::span("\xFE\x01\xFF\x02\x03"sv))), "");
}

}  // namespace
}  // namespace linnet::gguf
