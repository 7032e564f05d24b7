#include "gguf/reader.h"

#include <algorithm>
#include <utility>

#include "base/byte_reader.h"
#include "base/utf8.h"
#include "gguf/checks.h"
#include "gguf/identify.h"
#include "quant/packed.h"

namespace linnet::gguf {
namespace {

using utf8::printable;

// The fewest bytes that an entry can take: a count that the rest of the file cannot hold is refused at once.
constexpr std::size_t kMinEntryBytes = 8 + 1 + 4 + 1;           // key's length and one byte, type, value
constexpr std::size_t kMinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;  // name, dimensions, type, offset

// A count alone, even one that fits into a huge file, must not make us allocate more than this before the
// elements themselves are read. The largest vocabularies today have a quarter of it.
constexpr std::uint64_t kMaxReserve = 1u << 20;

constexpr std::string_view kDamaged = "the file is damaged; fetch or make it anew";

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Value scalar(ValueType type, const std::byte* data) noexcept {
  const NumberArray one{type, 1, data};
  switch (info_of(type).kind) {
    case ValueKind::kBool: return one.integer(0) != 0;
    case ValueKind::kFloat: return one.real(0);
    case ValueKind::kSigned: return one.integer(0);
    default: return static_cast<std::uint64_t>(one.integer(0));
  }
}

bool all_booleans(std::span<const std::byte> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; });
}

}  // namespace

/// Fills a File from its bytes_, front to back.
class Parser {
 public:
  Parser(File& file, std::string name) : file_(file), name_(std::move(name)), in_(file.bytes_) {}

  Result<void> run() {
    LINNET_CHECK(check_magic());
    LINNET_CHECK(read_header());
    LINNET_CHECK(read_metadata());
    LINNET_CHECK(check_layout());
    LINNET_CHECK(read_tensor_table());
    file_.n_header_bytes_ = in_.offset();
    return place_tensors();
  }

 private:
  Result<void> check_magic();
  Result<void> check_version(std::uint32_t version);
  Result<void> read_header();
  Result<void> check_count(std::string_view what, std::uint64_t count, std::size_t bytes_each);
  Result<void> read_metadata();
  Result<Entry> read_entry();
  Result<Value> read_value(ValueType type);
  Result<Value> read_array();
  Result<StringArray> read_strings(std::uint64_t count);
  Result<void> check_layout();
  Result<void> read_tensor_table();
  Result<void> read_tensor();
  Result<std::uint64_t> read_type(Tensor& tensor);
  Result<void> place_tensors();
  Result<void> check_overlaps() const;
  Result<std::string_view> read_name();
  Result<ValueType> read_value_type();

  /// The next number or the error that the file ends here.
  template <class T>
  Result<T> read() {
    if (const auto value = in_.number<T>()) return *value;
    return cut();
  }

  /// The place being read, for messages: "metadata entry 3 of 25, 'general.name'".
  std::string place() const {
    if (index_ == 0) return std::string(section_);
    const std::string counted = fmt::format("{} {} of {}", section_, index_, count_);
    return item_.empty() ? counted : fmt::format("{}, '{}'", counted, printable(item_));
  }
  Error cut() const {
    return fail(ErrorCode::kCorrupt, "{}: the file ends inside {}, after {} bytes; is the download complete?",
                name_, place(), in_.offset() + in_.remaining());
  }
  template <class... Args>
  Error corrupt(fmt::format_string<Args...> format, Args&&... args) const {
    return fail(ErrorCode::kCorrupt, "{}: {}: {}; {}", name_, place(),
                fmt::format(format, std::forward<Args>(args)...), kDamaged);
  }

  File& file_;
  std::string name_;
  ByteReader in_;
  std::uint64_t n_tensors_ = 0, n_entries_ = 0;
  std::vector<std::uint64_t> offsets_;  // of the tensors, from the start of the data
  std::vector<std::uint64_t> sizes_;    // of the tensors, bytes

  std::string_view section_ = "the header";
  std::uint64_t index_ = 0, count_ = 0;  // index_ from 1; 0: not in a list
  std::string_view item_;                // the entry's name, once it is known
};

Result<void> Parser::check_magic() {
  const std::string_view magic = "GGUF", start = as_text(file_.bytes_).substr(0, magic.size());
  if (start.empty()) return fail(ErrorCode::kCorrupt, "{}: the file is empty; fetch it again", name_);
  if (magic.starts_with(start)) return in_.bytes(magic.size()) ? Result<void>() : cut();
  if (start == "FUGG") {
    return fail(ErrorCode::kUnsupported,
                "{}: a big-endian GGUF file, but linnet reads little-endian ones; convert it", name_);
  }
  const std::string_view kind = identify(file_.bytes_);
  return fail(ErrorCode::kCorrupt, "{}: not a GGUF file: it begins with \"{}\" instead of \"GGUF\"{}{}",
              name_, printable(start), kind.empty() ? "" : " and looks like ", kind);
}

Result<void> Parser::check_version(std::uint32_t version) {
  if (version >= kMinVersion && version <= kMaxVersion) return {};
  // Big-endian files keep the magic's bytes, so their version is the first number to come out reversed.
  if ((version & 0xFFFF) == 0 && version != 0) {
    return fail(ErrorCode::kUnsupported,
                "{}: a big-endian GGUF file, but linnet reads little-endian ones; convert it", name_);
  }
  return fail(
      ErrorCode::kUnsupported, "{}: GGUF version {}, but linnet reads versions {} to {}; {}", name_, version,
      kMinVersion, kMaxVersion,
      version < kMinVersion ? "make the file anew with a current converter" : "a newer linnet may read it");
}

Result<void> Parser::check_count(std::string_view what, std::uint64_t count, std::size_t bytes_each) {
  if (count <= in_.remaining() / bytes_each) return {};
  return corrupt("{} {} are announced, but the {} bytes that follow hold at most {}", count, what,
                 in_.remaining(), in_.remaining() / bytes_each);
}

Result<void> Parser::read_header() {
  LINNET_TRY(file_.version_, read<std::uint32_t>());
  LINNET_CHECK(check_version(file_.version_));
  LINNET_TRY(n_tensors_, read<std::uint64_t>());
  LINNET_TRY(n_entries_, read<std::uint64_t>());
  LINNET_CHECK(check_count("metadata entries", n_entries_, kMinEntryBytes));
  return check_count("tensors", n_tensors_, kMinTensorBytes);
}

Result<std::string_view> Parser::read_name() {
  LINNET_TRY(const auto n_bytes, read<std::uint64_t>());
  const auto bytes = in_.bytes(n_bytes);
  if (!bytes) return corrupt("its name has {} bytes, but only {} follow", n_bytes, in_.remaining());
  item_ = as_text(*bytes);
  if (const auto checked = check_name(item_); !checked) return corrupt("{}", checked.error().message);
  return item_;
}

Result<ValueType> Parser::read_value_type() {
  LINNET_TRY(const auto number, read<std::uint32_t>());
  if (!is_value_type(number))
    return corrupt("value type {}, but 0 to {} were wanted", number, std::size(kValueTypes) - 1);
  return static_cast<ValueType>(number);
}

Result<void> Parser::read_metadata() {
  section_ = "metadata entry", count_ = n_entries_;
  std::vector<Entry> entries;
  for (index_ = 1; index_ <= n_entries_; ++index_) {
    LINNET_TRY(Entry entry, read_entry());
    entries.push_back(std::move(entry));
  }
  LINNET_TRY(file_.metadata_, Metadata::from_entries(name_, std::move(entries)));

  LINNET_TRY(const auto n_parts, file_.metadata_.integer_or("split.count", 1, 0, UINT64_MAX));
  if (n_parts <= 1) return {};
  return fail(ErrorCode::kUnsupported,
              "{}: one of {} files that a model is split over; join them first (llama-gguf-split --merge)",
              name_, n_parts);
}

Result<Entry> Parser::read_entry() {
  item_ = {};
  LINNET_TRY(const auto key, read_name());
  LINNET_TRY(const auto type, read_value_type());
  const std::size_t begin = in_.offset();
  LINNET_TRY(Value value, read_value(type));
  return Entry{key, type, std::move(value), file_.bytes_.subspan(begin, in_.offset() - begin)};
}

Result<Value> Parser::read_value(ValueType type) {
  if (type == ValueType::kArray) return read_array();
  if (type == ValueType::kString) {
    LINNET_TRY(const StringArray strings, read_strings(1));
    return Value(strings.front());
  }
  const auto bytes = in_.bytes(info_of(type).n_bytes);
  if (!bytes) return cut();
  if (type == ValueType::kBool && !all_booleans(*bytes)) {
    return corrupt("a bool of {}, but 0 or 1 was wanted", std::to_integer<int>(bytes->front()));
  }
  return scalar(type, bytes->data());
}

Result<Value> Parser::read_array() {
  LINNET_TRY(const auto type, read_value_type());
  LINNET_TRY(const auto count, read<std::uint64_t>());
  if (type == ValueType::kArray) {
    return fail(ErrorCode::kUnsupported, "{}: {}: an array of arrays, which linnet does not read", name_,
                place());
  }
  const ValueTypeInfo& info = info_of(type);
  LINNET_CHECK(check_count(fmt::format("elements of type {}", info.name), count, info.n_bytes));
  if (type == ValueType::kString) {
    LINNET_TRY(StringArray strings, read_strings(count));
    return Value(std::move(strings));
  }
  const auto bytes = *in_.bytes(count * info.n_bytes);
  if (type == ValueType::kBool && !all_booleans(bytes)) return corrupt("a bool that is neither 0 nor 1");
  return Value(NumberArray{type, static_cast<std::size_t>(count), bytes.data()});
}

Result<StringArray> Parser::read_strings(std::uint64_t count) {
  StringArray strings;
  strings.reserve(static_cast<std::size_t>(std::min(count, kMaxReserve)));
  while (strings.size() < count) {
    const auto n_bytes = in_.number<std::uint64_t>();
    if (!n_bytes) return cut();
    const auto bytes = in_.bytes(*n_bytes);
    if (!bytes) return corrupt("a string of {} bytes, but only {} follow", *n_bytes, in_.remaining());
    strings.push_back(as_text(*bytes));
  }
  return strings;
}

Result<void> Parser::check_layout() {
  const Metadata& metadata = file_.metadata_;
  if (!metadata.has(kPackedLayoutKey)) return {};
  LINNET_TRY(const auto layout, metadata.integer(kPackedLayoutKey, 0, UINT64_MAX));
  LINNET_TRY(const auto writer, metadata.string_or(kPackedByKey, "unknown"));
  if (layout == quant::kPackedLayout) return {};
  return fail(ErrorCode::kUnsupported,
              "{}: packed by another version of linnet ({}): layout {}, but this one reads {}; pack the "
              "original again",
              name_, printable(writer), layout, quant::kPackedLayout);
}

Result<void> Parser::read_tensor_table() {
  section_ = "tensor", count_ = n_tensors_;
  for (index_ = 1; index_ <= n_tensors_; ++index_) LINNET_CHECK(read_tensor());
  return {};
}

Result<void> Parser::read_tensor() {
  item_ = {};
  Tensor tensor;
  LINNET_TRY(tensor.name, read_name());
  const auto [found, is_new] = file_.tensor_index_.try_emplace(tensor.name, file_.tensors_.size());
  if (!is_new) return corrupt("it has the name of tensor {}", found->second + 1);

  LINNET_TRY(tensor.n_dims, read<std::uint32_t>());
  if (tensor.n_dims > kMaxDimensions) {
    return corrupt("{} dimensions, but 1 to {} were wanted", tensor.n_dims, kMaxDimensions);
  }
  for (std::uint64_t& dimension : std::span(tensor.shape).first(tensor.n_dims)) {
    LINNET_TRY(dimension, read<std::uint64_t>());
  }

  LINNET_TRY(const std::uint64_t n_bytes, read_type(tensor));
  sizes_.push_back(n_bytes);
  LINNET_TRY(const auto offset, read<std::uint64_t>());
  offsets_.push_back(offset);
  file_.tensors_.push_back(tensor);
  return {};
}

// Reads the type of a tensor whose shape is known; gives its bytes.
Result<std::uint64_t> Parser::read_type(Tensor& tensor) {
  LINNET_TRY(const auto number, read<std::uint32_t>());
  tensor.is_packed = file_.is_packed() && number >= kPackedTypes;
  const WeightTypeInfo* const type = find_weight_type(tensor.is_packed ? number - kPackedTypes : number);
  if (type == nullptr) {
    return fail(ErrorCode::kUnsupported,
                "{}: {}: tensor type {} is none that linnet knows; a newer linnet may", name_, place(),
                number);
  }
  tensor.type = type->type;
  const auto shape = std::span<const std::uint64_t>(tensor.shape).first(tensor.n_dims);
  const auto n_bytes = tensor.is_packed ? packed_tensor_bytes(*type, shape) : tensor_bytes(*type, shape);
  if (!n_bytes) return corrupt("{}", n_bytes.error().message);
  return *n_bytes;
}

Result<void> Parser::place_tensors() {
  if (file_.tensors_.empty()) return {};
  LINNET_TRY(const auto alignment,
             file_.metadata_.integer_or(kAlignmentKey, kDefaultAlignment, 0, UINT64_MAX));
  if (const auto checked = check_alignment(alignment); !checked) {
    return fail(ErrorCode::kCorrupt, "{}: key '{}': {}", name_, kAlignmentKey, checked.error().message);
  }
  if (file_.is_packed() && alignment < kPackedAlignment) {
    return fail(ErrorCode::kCorrupt, "{}: key '{}': {}, but packed tensors are aligned to {} bytes; {}",
                name_, kAlignmentKey, alignment, kPackedAlignment, kDamaged);
  }
  section_ = "the padding before the tensors", index_ = 0;
  if (!in_.bytes(padding(in_.offset(), alignment))) return cut();

  section_ = "tensor";
  const auto data = *in_.bytes(in_.remaining());
  for (std::size_t i = 0; i < file_.tensors_.size(); ++i) {
    Tensor& tensor = file_.tensors_[i];
    const std::uint64_t offset = offsets_[i], n_bytes = sizes_[i];
    index_ = i + 1, item_ = tensor.name;
    if (offset % alignment != 0)
      return corrupt("data offset {} is not a multiple of the alignment, {}", offset, alignment);
    if (offset > data.size() ||
        n_bytes > data.size() - offset) {  // subtract, never add: the file's numbers can wrap
      return fail(ErrorCode::kCorrupt,
                  "{}: {}: needs {} bytes at data offset {}, but the file has {} bytes of data; is the "
                  "download complete?",
                  name_, place(), n_bytes, offset, data.size());
    }
    tensor.data = data.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(n_bytes));
  }
  return check_overlaps();
}

Result<void> Parser::check_overlaps() const {
  std::vector<const Tensor*> by_place(file_.tensors_.size());
  std::transform(file_.tensors_.begin(), file_.tensors_.end(), by_place.begin(),
                 [](const Tensor& t) { return &t; });
  std::sort(by_place.begin(), by_place.end(),
            [](auto* a, auto* b) { return a->data.data() < b->data.data(); });
  const auto overlap = [](auto* a, auto* b) { return a->data.data() + a->data.size() > b->data.data(); };
  const auto first = std::adjacent_find(by_place.begin(), by_place.end(), overlap);
  if (first == by_place.end()) return {};
  return fail(ErrorCode::kCorrupt, "{}: tensors '{}' and '{}' share bytes; {}", name_,
              printable(first[0]->name), printable(first[1]->name), kDamaged);
}

Result<std::unique_ptr<File>> File::open(const std::filesystem::path& path) {
  LINNET_TRY(FileMap map, FileMap::open(path));
  LINNET_TRY(auto file, parse(map.bytes(), path.string()));
  LINNET_CHECK(map.keep(file->n_header_bytes_));
  file->map_ = std::move(map);
  return file;
}

Result<std::unique_ptr<File>> File::parse(std::span<const std::byte> bytes, std::string_view name) {
  auto file = std::make_unique<File>();
  file->bytes_ = bytes;
  LINNET_CHECK(Parser(*file, printable(name, 1024)).run());
  return file;
}

const Tensor* File::find(std::string_view name) const noexcept {
  const auto found = tensor_index_.find(name);
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

Result<void> File::read(std::span<const std::byte> part, std::byte* out) const {
  if (map_.bytes().empty()) return std::ranges::copy(part, out), Result<void>();
  return map_.read(static_cast<std::size_t>(part.data() - bytes_.data()), {out, part.size()});
}

}  // namespace linnet::gguf
