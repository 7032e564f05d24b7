#include "tasks/head_file.h"

#include "base/file_map.h"
#include "base/hash64.h"
#include "base/output_file.h"
#include "engine/model_impl.h"

namespace linnet::tasks {
namespace {

constexpr std::string_view kMagic = "LINNETHD";
// One more whenever what is written, or what it means, changes.
constexpr std::uint64_t kVersion = 1;

std::uint64_t checksum(std::span<const std::byte> bytes) {
  Hash64 hash;
  hash.add(bytes);
  return hash.value();
}

}  // namespace

HeadWriter::HeadWriter(std::string_view kind, const Model& model) {
  text(kind);
  number(model.impl()->fingerprint());
}

Result<void> HeadWriter::write(const std::filesystem::path& path) const {
  LINNET_TRY(OutputFile file, OutputFile::create(path));
  LINNET_CHECK(file.write(std::as_bytes(std::span(kMagic))));
  LINNET_CHECK(file.write(to_little(kVersion)));
  LINNET_CHECK(file.write(bytes_));
  LINNET_CHECK(file.write(to_little(checksum(bytes_))));
  return file.commit();
}

Result<HeadReader> HeadReader::open(const std::filesystem::path& path) {
  LINNET_TRY(const FileMap map, FileMap::open(path));
  const std::span<const std::byte> bytes = map.bytes();
  HeadReader reader;
  reader.path_ = path.string();
  const std::size_t n_before = kMagic.size() + sizeof(kVersion);
  if (bytes.size() < n_before + sizeof(std::uint64_t) ||
      std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return reader.corrupt("it does not begin as one");
  }
  const auto version = load_little<std::uint64_t>(bytes.data() + kMagic.size());
  if (version != kVersion) {
    return fail(ErrorCode::kUnsupported,
                "{}: a head of version {}, but this linnet reads version {}; train it anew", reader.path_,
                version, kVersion);
  }
  const auto body = bytes.subspan(n_before, bytes.size() - n_before - sizeof(std::uint64_t));
  if (load_little<std::uint64_t>(body.data() + body.size()) != checksum(body)) {
    return reader.corrupt("its checksum does not fit; it was cut off or damaged");
  }
  reader.bytes_.assign(body.begin(), body.end());
  return reader;
}

Result<HeadReader> HeadReader::open(const std::filesystem::path& path, std::string_view kind,
                                    const Model& model) {
  LINNET_TRY(HeadReader reader, open(path));
  LINNET_TRY(const std::string its_kind, reader.text());
  if (its_kind != kind) return reader.corrupt("it is one of another task");
  LINNET_TRY(const std::uint64_t trained_for, reader.number());
  if (!model.impl()->has_weights || trained_for != model.impl()->fingerprint()) {
    return fail(ErrorCode::kInvalidArgument, "{}: a head for another model than {}", reader.path_,
                model.impl()->file->name());
  }
  return reader;
}

Result<std::uint64_t> HeadReader::number(std::uint64_t most) {
  if (bytes_.size() - offset_ < sizeof(std::uint64_t)) return corrupt("it ends early");
  const auto value = load_little<std::uint64_t>(bytes_.data() + offset_);
  offset_ += sizeof(value);
  if (value > most) return corrupt("a number is larger than it can be");
  return value;
}

Result<std::string> HeadReader::text() {
  LINNET_TRY(const std::vector<char> characters, array<char>());
  return std::string(characters.begin(), characters.end());
}

Error HeadReader::corrupt(std::string_view what) const {
  return fail(ErrorCode::kCorrupt, "{}: not a trained head of linnet: {}", path_, what);
}

}  // namespace linnet::tasks
