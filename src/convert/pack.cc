#include <linnet/model.h>
#include <linnet/version.h>

#include <algorithm>
#include <vector>

#include "base/guard.h"
#include "base/utf8.h"
#include "gguf/reader.h"
#include "gguf/writer.h"
#include "model/weight_packer.h"
#include "model/weights.h"
#include "quant/tile.h"

namespace linnet {
namespace {

// What is packed before it is written.
constexpr std::size_t kWriteBytes = 1 << 20;

// Counts what was written. False from the callback ends the writing with kCancelled.
class Progress {
 public:
  Progress(const gguf::File& file, const std::function<bool(double)>& callback)
      : name_(file.name()), callback_(callback) {
    for (const gguf::Tensor& tensor : file.tensors()) n_bytes_ += tensor.data.size();
  }
  // `n` bytes of the original are done.
  Result<void> add(std::size_t n) {
    n_done_ += n;
    if (!callback_ || callback_(static_cast<double>(n_done_) / static_cast<double>(n_bytes_))) return {};
    return fail(ErrorCode::kCancelled, "{}: packing was cancelled; nothing was kept", name_);
  }

 private:
  const std::string& name_;
  const std::function<bool(double)>& callback_;
  std::uint64_t n_bytes_ = 0, n_done_ = 0;
};

Result<void> write_matrix(const gguf::File& file, const gguf::Tensor& tensor, Progress& progress,
                          const gguf::Writer::Sink& sink) {
  const PackJob job{&tensor, quant::find_packed_format(tensor.type), nullptr};
  const std::size_t n_at_once = std::max<std::size_t>(1, kWriteBytes / job.group_bytes());
  std::vector<std::byte> rows(job.file_group_bytes()), tiles(n_at_once * job.group_bytes());
  const std::size_t row_bytes = tensor.data.size() / tensor.n_rows();
  for (std::size_t begin = 0; begin < job.n_groups(); begin += n_at_once) {
    const std::size_t end = std::min(begin + n_at_once, job.n_groups());
    LINNET_CHECK(pack_groups(file, job, begin, end, rows, tiles.data()));
    LINNET_CHECK(sink(std::span(tiles).first((end - begin) * job.group_bytes())));
    const std::size_t n_rows = std::min(end * quant::kTileRows, tensor.n_rows()) - begin * quant::kTileRows;
    LINNET_CHECK(progress.add(n_rows * row_bytes));
  }
  return {};
}

Result<void> copy_vector(const gguf::File& file, const gguf::Tensor& tensor, Progress& progress,
                         const gguf::Writer::Sink& sink) {
  std::vector<std::byte> bytes(tensor.data.size());
  LINNET_CHECK(file.read(tensor.data, bytes.data()));
  LINNET_CHECK(sink(bytes));
  return progress.add(bytes.size());
}

void add_metadata(const gguf::File& file, gguf::Writer& writer) {
  for (const gguf::Entry& entry : file.metadata().entries()) {
    if (entry.key != gguf::kAlignmentKey) writer.add_raw(entry.key, entry.type, entry.bytes);
  }
  writer.add(gguf::kPackedLayoutKey, quant::kPackedLayout);
  writer.add(gguf::kPackedByKey, LINNET_VERSION_STRING);
}

Result<void> check_paths(const std::filesystem::path& in, const std::filesystem::path& out,
                         const PackOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(out, ignored)) return {};
  const std::string name = utf8::printable(out.string(), 1024);
  if (std::filesystem::equivalent(in, out, ignored)) {
    return fail(ErrorCode::kInvalidArgument,
                "{}: the packed file would replace its original, which is wanted again for another version "
                "of linnet; give it another name",
                name);
  }
  if (options.overwrite) return {};
  return fail(ErrorCode::kInvalidArgument, "{}: exists already, and replacing it was not asked for", name);
}

Result<void> write_packed(const std::filesystem::path& in, const std::filesystem::path& out,
                          const PackOptions& options) {
  LINNET_TRY(const auto file, gguf::File::open(in));
  if (file->is_packed()) {
    return fail(ErrorCode::kInvalidArgument, "{}: is packed already; it can be used as it is", file->name());
  }
  LINNET_CHECK(check_paths(in, out, options));
  LINNET_TRY(const Hparams hparams, read_hparams(*file));
  LINNET_CHECK(check_weights(*file, hparams));

  gguf::Writer writer(gguf::kPackedAlignment);
  add_metadata(*file, writer);
  Progress progress(*file, options.progress);
  for (const gguf::Tensor& tensor : file->tensors()) {
    const bool is_matrix = tensor.n_rows() > 1;
    const auto write = is_matrix ? write_matrix : copy_vector;
    writer.add_tensor(tensor.name, tensor.type, is_matrix, std::span(tensor.shape).first(tensor.n_dims),
                      [&file = *file, &tensor, &progress, write](const gguf::Writer::Sink& sink) {
                        return write(file, tensor, progress, sink);
                      });
  }
  return writer.write(out);
}

}  // namespace

Result<void> pack(const std::filesystem::path& in, const std::filesystem::path& out,
                  const PackOptions& options) {
  return guard([&] { return write_packed(in, out, options); });
}

}  // namespace linnet
