// Runs a grammar over bytes. Every set of possibilities that a text can leave open is a configuration with a
// number, and where a byte leads from it is worked out once: a deterministic pushdown automaton, built as far
// as texts have come. A Machine belongs to one thread at a time.
//
// A possibility is a thread: the automaton that it is in, and a stack of what comes after. Stacks share their
// lower parts, and equal ones are one, so configurations can be compared and recursion costs no more than the
// text is deep.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "grammar/grammar.h"

namespace linnet::grammar {

/// A configuration's number.
using ConfigId = std::uint32_t;

class Machine {
 public:
  /// No text of the grammar begins so.
  static constexpr ConfigId kDead = 0;
  /// The text leaves more possibilities open than are followed, and so does whatever it goes on with.
  static constexpr ConfigId kTooMany = 1;
  /// Before the first byte.
  static constexpr ConfigId kStart = 2;
  /// Possibilities that are followed at a time.
  static constexpr std::size_t kMaxThreads = 16'384;

  explicit Machine(GrammarPtr grammar);

  /// Whether kStart leaves no more possibilities open than are followed; the machine is of no use otherwise.
  bool can_start() const noexcept { return accepts(kStart) || continues(kStart); }
  /// After one more byte, kDead or kTooMany. Where it leads depends on the text alone.
  ConfigId next(ConfigId config, std::uint8_t byte) {
    const ConfigId* row = configs_[config].next.get();
    return row != nullptr && row[byte] != kUnknown ? row[byte] : work_out(config, byte);
  }
  /// After some more bytes.
  ConfigId next(ConfigId config, std::string_view bytes);
  /// Whether the text so far is one of the grammar.
  bool accepts(ConfigId config) const noexcept { return configs_[config].accepts; }
  /// Whether a longer one is.
  bool continues(ConfigId config) const noexcept { return !configs_[config].threads.empty(); }
  /// Possibilities that are open.
  std::size_t n_threads(ConfigId config) const noexcept { return configs_[config].threads.size(); }
  /// For walks that count what they meet once: whether the last mark of a configuration was this ...
  bool is_visited(ConfigId config, std::uint32_t mark) const noexcept {
    return configs_[config].mark == mark;
  }
  /// ... and marks it; false if it was.
  bool visit(ConfigId config, std::uint32_t mark) noexcept {
    return std::exchange(configs_[config].mark, mark) != mark;
  }
  /// The only byte that can come next, if there is but one and the text cannot end here.
  std::optional<std::uint8_t> only_byte(ConfigId config) const noexcept;
  /// The most plain characters of which a possibility says that so many may follow in any order, see
  /// Automaton::n_plain_characters().
  std::size_t n_plain_characters(ConfigId config) const noexcept;
  /// A configuration of those possibilities alone that say nothing of the kind; kDead if all do.
  ConfigId without_plain(ConfigId config);
  /// A configuration that no text of at most n_bytes tells from this one, the same for many.
  ConfigId representative(ConfigId config, std::size_t n_bytes);

  /// Forgets all that does not belong to `config`, and returns its new number. Other numbers lose their
  /// meaning.
  ConfigId compact(ConfigId config);

  /// About how much memory is in use.
  std::size_t n_bytes() const noexcept { return n_bytes_; }

 private:
  using CellId = std::uint32_t;

  // What comes after the innermost node: the stack below it is `parent`.
  struct Cell {
    NodeId node = 0;
    std::uint32_t position = 0;  // children read of a sequence or a repetition; of a list: see kAfter...
    State state{};               // of a list's tracker
    CellId parent = 0;
    friend bool operator==(const Cell&, const Cell&) = default;
  };
  // Where a list stands once what is above its cell has been read.
  static constexpr std::uint32_t kAfterMember = 0;
  static constexpr std::uint32_t kAfterSeparator = 1;

  struct Thread {
    CellId cell = 0;
    NodeId node = 0;
    State state{};
    friend auto operator<=>(const Thread&, const Thread&) = default;  // NOLINT(modernize-use-nullptr): none
  };

  // Work on the way to the next byte: a node to be read or a stack to go on with. n_fresh: how many of the
  // topmost cells were pushed since the last byte.
  struct Step {
    bool is_entering = false;
    NodeId node = 0;
    CellId cell = 0;
    std::uint32_t n_fresh = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };

  struct Config {
    std::vector<Thread> threads;  // sorted, none twice
    bool accepts = false;
    std::uint32_t mark = 0;
    std::unique_ptr<ConfigId[]> next;  // (256), kUnknown where not worked out; null: nowhere
  };
  static constexpr ConfigId kUnknown = ~ConfigId{0};

  struct Hash {
    std::size_t operator()(const Cell& cell) const noexcept;
    std::size_t operator()(const Step& step) const noexcept;
  };

  ConfigId work_out(ConfigId config, std::uint8_t byte);
  CellId push(const Cell& cell);
  ConfigId compute(ConfigId config, std::uint8_t byte);
  ConfigId intern(std::vector<Thread> threads, bool accepts);
  std::size_t n_plain(const Thread& thread) const noexcept {
    return grammar_->nodes[thread.node].automaton->n_plain_characters(thread.state);
  }
  void plan(const Step& step);
  void close();
  void enter(const Step& step);
  void leave(const Step& step);
  void go_on_sequence(NodeId node, std::uint32_t position, CellId parent, std::uint32_t n_fresh);
  void go_on_repeat(NodeId node, std::uint32_t count, CellId parent, std::uint32_t n_fresh);
  void enter_members(NodeId node, const State* before, CellId parent, std::uint32_t n_fresh);

  GrammarPtr grammar_;
  std::vector<Cell> cells_;
  std::unordered_map<Cell, CellId, Hash> cell_ids_;
  std::vector<Config> configs_;
  std::unordered_multimap<std::uint64_t, ConfigId> config_ids_;  // by a hash of their threads
  std::size_t n_bytes_ = 0;

  // Of the closure that is under way.
  std::vector<Step> steps_;
  std::unordered_set<Step, Hash> planned_;
  std::vector<Thread> threads_;
  bool accepts_ = false;
  bool is_too_wide_ = false;
};

/// How much a machine may keep: about `max_bytes`, or twice what the text at hand needs if that is more.
class MachineLimit {
 public:
  explicit MachineLimit(std::size_t max_bytes) noexcept : max_bytes_(max_bytes), limit_(max_bytes) {}

  /// Whether it is time to forget what the text does not need.
  bool is_passed(std::size_t n_bytes) const noexcept { return n_bytes > limit_; }
  /// To be told how much is left then; false if the text needs so much that it is not followed.
  bool renew(std::size_t n_bytes) noexcept {
    limit_ = std::max(max_bytes_, 2 * n_bytes);
    return n_bytes <= 8 * max_bytes_;
  }

 private:
  std::size_t max_bytes_;
  std::size_t limit_;
};

}  // namespace linnet::grammar
