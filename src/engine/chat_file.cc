#include "engine/chat_file.h"

#include <algorithm>
#include <string>

#include "base/byte_reader.h"
#include "base/file_map.h"
#include "base/guard.h"
#include "base/hash64.h"
#include "base/output_file.h"
#include "base/utf8.h"
#include "engine/chat_impl.h"
#include "engine/session_impl.h"

namespace linnet {
namespace {

constexpr std::string_view kMagic = "LNTCHAT\n";

std::uint64_t hash_of(std::span<const std::byte> bytes) {
  Hash64 hash;
  hash.add(bytes);
  return hash.value();
}

std::optional<std::string> read_text(ByteReader& reader) {
  const auto size = reader.number<std::uint64_t>();
  const auto bytes = size ? reader.bytes(*size) : std::nullopt;
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

}  // namespace

Result<std::vector<std::byte>> make_chat_file_head(std::span<const Message> messages) {
  std::vector<std::byte> head;
  const auto add = [&](std::span<const std::byte> bytes) {
    head.insert(head.end(), bytes.begin(), bytes.end());
  };
  const auto add_text = [&](const std::string& text) {
    add(to_little(std::uint64_t{text.size()}));
    add(std::as_bytes(std::span(text)));
  };
  add(std::as_bytes(std::span(kMagic)));
  add(to_little(kChatFileVersion));
  add(to_little(static_cast<std::uint32_t>(messages.size())));
  for (const Message& message : messages) {
    add_text(message.role);
    add_text(message.content);
    if (head.size() >= kMaxChatFileHead) {
      return fail(ErrorCode::kInvalidArgument, "the conversation has more than {} MiB of text to save",
                  kMaxChatFileHead >> 20);
    }
  }
  add(to_little(hash_of(head)));
  return head;
}

Result<SavedChat> parse_chat_file_head(std::span<const std::byte> file, std::string_view name) {
  ByteReader reader(file);
  const auto magic = reader.bytes(kMagic.size());
  if (!magic || !std::ranges::equal(*magic, std::as_bytes(std::span(kMagic)))) {
    return fail(ErrorCode::kCorrupt, "{}: not the file of a chat", name);
  }
  const auto version = reader.number<std::uint32_t>();
  if (version && *version != kChatFileVersion) {
    return fail(ErrorCode::kUnsupported,
                "{}: a chat's file of version {}, but this linnet reads version {}; begin anew", name,
                *version, kChatFileVersion);
  }
  const auto damaged = [&] {
    return fail(ErrorCode::kCorrupt, "{}: the messages of the chat's file are cut off or damaged", name);
  };
  const auto n_messages = reader.number<std::uint32_t>();
  if (!n_messages) return damaged();
  SavedChat saved;
  for (std::uint32_t i = 0; i < *n_messages; ++i) {
    auto role = read_text(reader);
    auto content = role ? read_text(reader) : std::nullopt;
    if (!content) return damaged();
    saved.messages.push_back({std::move(*role), std::move(*content)});
  }
  const std::uint64_t hash = hash_of(file.first(reader.offset()));
  if (reader.number<std::uint64_t>() != hash) return damaged();
  saved.n_head_bytes = reader.offset();
  return saved;
}

Result<void> Chat::save(const std::filesystem::path& path) const {
  return guard([&]() -> Result<void> {
    LINNET_CHECK(impl_->check_messages());
    LINNET_TRY(const std::vector<std::byte> head, make_chat_file_head(impl_->messages));
    LINNET_TRY(OutputFile file, OutputFile::create(path));
    LINNET_CHECK(file.write(head));
    LINNET_CHECK(impl_->session.impl_->write(file));
    return file.commit();
  });
}

Result<void> Chat::restore(const std::filesystem::path& path) {
  return guard([&]() -> Result<void> {
    Session::Impl& session = *impl_->session.impl_;
    const SessionShape shape = session.shape();
    LINNET_TRY(FileMap map, FileMap::open(path));
    // Whatever happens to the file from now on; no more is looked at than a full chat has.
    const std::size_t n_most = kMaxChatFileHead + shape.file_bytes(shape.n_ctx, shape.n_ctx);
    const auto file = map.bytes().first(std::min(map.bytes().size(), n_most));
    LINNET_CHECK(map.keep(file.size()));
    const std::string name = utf8::printable(path.string(), 1024);
    LINNET_TRY(SavedChat saved, parse_chat_file_head(file, name));
    LINNET_CHECK(session.read(file.subspan(saved.n_head_bytes), name));
    impl_->messages = std::move(saved.messages);
    impl_->lost_message = false;
    return {};
  });
}

}  // namespace linnet
