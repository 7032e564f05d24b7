#include "gguf/identify.h"

#include <algorithm>
#include <cstdint>

#include "base/byte_reader.h"
#include "base/utf8.h"

namespace linnet::gguf {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view start;
  std::string_view description;
};

constexpr std::string_view kWebPage =
    "a web page; the address was that of a page about the file, not of the file";
constexpr std::string_view kOldGgml = "an old GGML file; convert the model again, to GGUF";

constexpr Kind kKinds[] = {
    {"PK\x03\x04"sv, "a ZIP archive (a PyTorch checkpoint, a wheel?); unpack or convert it to GGUF first"},
    {"version https://git-lfs"sv,
     "a git-lfs pointer, a note about the file; 'git lfs pull' fetches the file itself"},
    {"<!DOCTYPE"sv, kWebPage},
    {"<!doctype"sv, kWebPage},
    {"<html"sv, kWebPage},
    {"<HTML"sv, kWebPage},
    {"<?xml"sv, "an XML document, perhaps a server's refusal; look into it and download the file again"},
    {"lmgg"sv, kOldGgml},
    {"fmgg"sv, kOldGgml},
    {"tjgg"sv, kOldGgml},
    {"algg"sv, kOldGgml},
    {"\x1F\x8B"sv, "a gzip archive; unpack it first"},
    {"\x28\xB5\x2F\xFD"sv, "a Zstandard archive; unpack it first"},
    {"\xFD"
     "7zXZ\x00"sv,
     "an xz archive; unpack it first"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive; unpack it first"},
    {"\x80\x02"sv, "a Python pickle (an old PyTorch checkpoint?); convert the model to GGUF"},
    {"\x93NUMPY"sv, "a NumPy array, not a model"},
    {"\x7F"
     "ELF"sv,
     "a program, not a model"},
};

bool looks_like_safetensors(std::span<const std::byte> bytes) noexcept {
  ByteReader in(bytes);
  const auto n_header = in.number<std::uint64_t>();
  const auto brace = in.number<char>();
  return n_header && brace == '{' && *n_header < (1u << 30);
}

}  // namespace

std::string_view identify(std::span<const std::byte> bytes) noexcept {
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), 512));
  if (bytes.empty()) return {};
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Kind& kind : kKinds) {
    if (text.starts_with(kind.start)) return kind.description;
  }
  if (looks_like_safetensors(bytes)) return "a safetensors file; convert the model to GGUF";
  if (text.find_first_not_of('\0') == text.npos)
    return "nothing but zeros, an unfinished download; fetch it again";
  if (text.front() == '{')
    return "a JSON document, perhaps a server's refusal; look into it and download again";
  const bool is_text = text.find('\0') == text.npos && utf8::valid_prefix(text) + 3 >= text.size();
  if (is_text) return "plain text; look into it and download the file again";
  return {};
}

}  // namespace linnet::gguf
