/// \file
/// Model: the weights, the tokenizer and the chat template of one GGUF file. Immutable once loaded, so any
/// number of threads may share it. A Model is a handle: copies are cheap and refer to the same weights, which
/// live as long as the last copy, Session or Chat that uses them. A handle that was moved from may only be
/// assigned to or destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linnet/result.h>

namespace linnet {

/// A token's number in its model's vocabulary, from 0.
using Token = std::int32_t;

/// "This model has no such token."
inline constexpr Token kNoToken = -1;

/// The most threads that a session, or the loading of a model, can use.
inline constexpr unsigned kMaxThreads = 256;

/// How much a message matters.
enum class LogLevel : std::uint8_t {
  kDebug,    ///< Timings and choices, for those who tune.
  kInfo,     ///< What was loaded, with which kernels.
  kWarning,  ///< Something in the file was odd and how it was understood.
};

/// Receives one message without a line end. The library writes to no stream of its own, and there is no
/// global logger: it is silent unless a model is loaded with a sink. It may be called from any thread, one
/// call at a time for one model, and must not throw. The view is valid during the call only.
using LogSink = std::function<void(LogLevel level, std::string_view message)>;

/// "debug", "info" or "warning".
LINNET_API std::string_view to_string(LogLevel level) noexcept;

/// How to load a model.
struct LoadOptions {
  /// Read the metadata and the tokenizer only, not the weights: tokenize() and the like work, sessions do
  /// not.
  bool vocabulary_only = false;
  /// Threads that pack the weights, at most kMaxThreads; 0 means default_threads().
  unsigned n_threads = 0;
  /// Kernel table to use, e.g. "avx2"; empty means the environment's LINNET_ISA or else the best that this
  /// CPU has. On a CPU with AMX the first load asks Linux for its registers; from then on an alternate signal
  /// stack needs AT_MINSIGSTKSZ bytes, and if one is smaller already, AMX is not used.
  std::string isa{};
  /// Called now and then with the fraction done, 0 to 1, on the loading thread; false gives up with
  /// kCancelled.
  std::function<bool(double fraction)> progress{};
  /// Receives messages about this model and its sessions; empty means silence.
  LogSink log{};
};

/// Facts about a loaded model. Sizes are counts of elements unless they say bytes.
struct ModelInfo {
  std::string architecture;  ///< As the file names it, e.g. "llama".
  std::string name;          ///< As the file names itself; may be empty.
  std::string format;        ///< The weight format of most parameters, e.g. "Q4_1"; empty if there are none.
  std::string isa;           ///< The kernel table in use, e.g. "avx512_vnni".
  std::uint64_t n_parameters = 0;    ///< Elements of all the file's tensors.
  std::uint64_t n_file_bytes = 0;    ///< Size of the file.
  std::uint64_t n_weight_bytes = 0;  ///< Packed weights in memory, bytes.
  std::uint64_t n_token_bytes = 0;   ///< Of them, what computing one token reads.
  std::size_t n_layers = 0;          ///< Decoder layers; 0, as those below, in a mere vocabulary.
  std::size_t n_heads = 0;           ///< Query heads a layer.
  std::size_t n_kv_heads = 0;        ///< Key and value heads a layer.
  std::size_t head_dim = 0;          ///< Width of one head.
  std::size_t d_model = 0;           ///< Width of the residual stream.
  std::size_t d_ff = 0;              ///< Width inside the feed-forward layer.
  std::size_t n_vocab = 0;           ///< Tokens that logits are computed for.
  std::size_t n_ctx_train = 0;       ///< Context that the model was trained for, tokens.
  std::size_t n_window = 0;          ///< Last positions that the layers with a window see; 0 = none has one.
  std::size_t n_window_layers = 0;   ///< How many layers have the window.
  double load_seconds = 0;           ///< How long Model::load() took.
};

/// A key of the file's metadata and its value as text; long arrays are shortened.
struct MetadataEntry {
  std::string key;    ///< E.g. "general.architecture".
  std::string type;   ///< As GGUF names it, e.g. "u32" or "array of string (49152)".
  std::string value;  ///< Strings in quotes, arrays in brackets.
};

/// A tensor of the file. GGUF's order: n_columns is the dimension that is contiguous in memory.
struct TensorInfo {
  std::string name;                ///< E.g. "token_embd.weight".
  std::string format;              ///< E.g. "Q4_1"; "Q4_1 packed" in a file that pack() wrote.
  std::vector<std::size_t> shape;  ///< Rows before columns: the contiguous dimension last.
  std::uint64_t n_bytes = 0;       ///< In the file.
};

/// How to turn text into tokens.
struct TokenizeOptions {
  /// Whether text such as "<|im_end|>" becomes the special token of that name. Off, because text from users
  /// must not be able to forge one.
  bool parse_special = false;
  /// Whether to put the beginning-of-sequence token first (and the end-of-sequence token last) if the model's
  /// file says that it wants them.
  bool add_bos = true;
};

class Session;

/// The weights, tokenizer and chat template of one GGUF file; see the top of this page.
class LINNET_API Model {
 public:
  /// Reads and checks the whole file, and packs its weights for the kernels. Memory: about the file's size.
  /// Once loaded, the model does not need the file. A file that pack() wrote is mapped instead, which takes
  /// little time where it is in the page cache; nobody may cut it short or write to it while the model lives,
  /// because the system kills a process that touches mapped pages which are gone (SIGBUS). Errors: kNotFound;
  /// kIo; kCorrupt, the file contradicts itself; kUnsupported, an architecture, weight format or tokenizer
  /// that linnet lacks, or a kernel table that this CPU cannot run; kOutOfMemory; kCancelled.
  static Result<Model> load(const std::filesystem::path& path, const LoadOptions& options = {});

  /// What the model is.
  const ModelInfo& info() const noexcept;

  /// The tokens of a UTF-8 text. Invalid UTF-8 is kept byte for byte where the tokenizer can express bytes,
  /// and is read as U+FFFD where it cannot. Error: kOutOfMemory.
  Result<std::vector<Token>> tokenize(std::string_view text, const TokenizeOptions& options = {}) const;

  /// The text of some tokens, special tokens left out unless `show_special`. May end inside a character if
  /// the tokens do. Error: kInvalidArgument, a number outside the vocabulary.
  Result<std::string> detokenize(std::span<const Token> tokens, bool show_special = false) const;

  /// The bytes of one token as they appear in text, special tokens by their name; empty for a number outside
  /// the vocabulary. Error: kOutOfMemory.
  Result<std::string> piece(Token token) const;

  /// The number of the token with exactly this text, special or not; kNoToken if there is none.
  Token find_token(std::string_view text) const noexcept;

  /// True for tokens that mean something to the model and are not text: `<|im_start|>`, `</s>`, ...
  bool is_special(Token token) const noexcept;

  /// True for the tokens after which an answer is over: end of sequence, of turn, of message.
  bool is_end_of_generation(Token token) const noexcept;

  /// First token of a sequence, or kNoToken.
  Token bos_token() const noexcept;
  /// Last token of a sequence, or kNoToken.
  Token eos_token() const noexcept;

  /// The file's chat template, a Jinja text; empty if it has none. Valid as long as the model.
  std::string_view chat_template() const noexcept;

  /// All metadata of the file, in its order. Error: kOutOfMemory.
  Result<std::vector<MetadataEntry>> metadata() const;
  /// All tensors of the file, in its order. Error: kOutOfMemory.
  Result<std::vector<TensorInfo>> tensors() const;

  /// \cond internal
  struct LINNET_LOCAL Impl;
  explicit Model(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const std::shared_ptr<const Impl>& impl() const noexcept { return impl_; }
  /// \endcond

 private:
  std::shared_ptr<const Impl> impl_;
};

/// Threads that a session uses by default: the physical performance cores that this process may
/// use. Never 0.
LINNET_API unsigned default_threads() noexcept;

/// The kernel tables that this CPU can run, best first, e.g. {"avx512_vnni", "avx2", "portable"}. Lives as
/// long as the program.
LINNET_API std::span<const std::string_view> usable_isas() noexcept;

/// How pack() writes.
struct PackOptions {
  /// Whether to replace a file that has the new one's name.
  bool overwrite = false;
  /// Called now and then with the fraction done, 0 to 1, on the calling thread; false gives up with
  /// kCancelled.
  std::function<bool(double fraction)> progress{};
};

/// Writes the model of the GGUF file `in` to `out` in the form that linnet computes with, about as large.
/// Model::load() then maps that file instead of reading it: it is ready at once, its pages come into memory
/// as they are used and are shared by all processes that use them, and the results are the same bit for bit.
/// Only a linnet with the same layout of packed tensors reads it, so keep the original. Nobody may cut the
/// file short or write to it while a model uses it; removing or replacing it is harmless.
///
/// `out` appears when it is whole, or not at all. Errors: as for Model::load(); kInvalidArgument, `in` is
/// packed already, or `out` exists and is not to be replaced or is `in` itself; kIo, e.g. a full disk.
LINNET_API Result<void> pack(const std::filesystem::path& in, const std::filesystem::path& out,
                             const PackOptions& options = {});

}  // namespace linnet
