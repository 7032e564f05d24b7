#include <algorithm>
#include <numeric>
#include <span>

#include "grammar/dfa_table.h"

namespace linnet::grammar {
namespace {

constexpr std::uint32_t kNone = DfaTable::kDead;

struct Transition {
  std::uint32_t from, label, to;
};

// The numbers from 0 to n-1 in blocks, which are split as elements are marked.
class Partition {
 public:
  explicit Partition(std::size_t n) : elements_(n), place_(n), block_of_(n, 0) {
    std::iota(elements_.begin(), elements_.end(), 0);
    std::iota(place_.begin(), place_.end(), 0);
    if (n > 0) blocks_.push_back({0, n, 0});
  }

  std::size_t n_blocks() const noexcept { return blocks_.size(); }
  std::uint32_t block_of(std::uint32_t element) const noexcept { return block_of_[element]; }
  std::span<const std::uint32_t> members(std::size_t block) const noexcept {
    return std::span(elements_).subspan(blocks_[block].begin, blocks_[block].end - blocks_[block].begin);
  }

  void mark(std::uint32_t element) {
    Block& block = blocks_[block_of_[element]];
    const std::size_t boundary = block.begin + block.n_marked;
    if (place_[element] < boundary) return;
    if (block.n_marked++ == 0) touched_.push_back(block_of_[element]);
    const std::uint32_t other = elements_[boundary];
    std::swap(elements_[boundary], elements_[place_[element]]);
    std::swap(place_[element], place_[other]);
  }

  // Parts what is marked from what is not; the smaller part becomes a new block.
  void split() {
    for (const std::uint32_t id : touched_) {
      Block& block = blocks_[id];
      const std::size_t boundary = block.begin + block.n_marked;
      block.n_marked = 0;
      if (boundary == block.end) continue;
      Block part = block;
      if (boundary - block.begin <= block.end - boundary) {
        block.begin = part.end = boundary;
      } else {
        block.end = part.begin = boundary;
      }
      for (std::size_t i = part.begin; i < part.end; ++i) {
        block_of_[elements_[i]] = static_cast<std::uint32_t>(blocks_.size());
      }
      blocks_.push_back(part);
    }
    touched_.clear();
  }

 private:
  struct Block {
    std::size_t begin, end, n_marked;
  };
  std::vector<std::uint32_t> elements_;  // block after block
  std::vector<std::size_t> place_;       // of each element in elements_
  std::vector<std::uint32_t> block_of_;
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> touched_;
};

// Numbers of items listed by a key, one list after the other.
class Index {
 public:
  template <class Key>
  Index(std::span<const Transition> items, std::size_t n_keys, Key key)
      : begin_(n_keys + 1), items_(items.size()) {
    for (const Transition& item : items) ++begin_[key(item) + 1];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    std::vector<std::size_t> at(begin_.begin(), begin_.end() - 1);
    for (std::size_t i = 0; i < items.size(); ++i)
      items_[at[key(items[i])]++] = static_cast<std::uint32_t>(i);
  }
  std::span<const std::uint32_t> operator[](std::size_t key) const noexcept {
    return std::span(items_).subspan(begin_[key], begin_[key + 1] - begin_[key]);
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> items_;
};

// Which states reach an accepted one.
std::vector<char> living(const DfaTable& table, std::span<const Transition> transitions) {
  const Index into(transitions, table.n_states(), [](const Transition& t) { return t.to; });
  std::vector<char> lives = table.accepts;
  std::vector<std::uint32_t> work;
  for (std::uint32_t s = 0; s < table.n_states(); ++s) {
    if (lives[s]) work.push_back(s);
  }
  while (!work.empty()) {
    const std::uint32_t state = work.back();
    work.pop_back();
    for (const std::uint32_t i : into[state]) {
      const std::uint32_t from = transitions[i].from;
      if (!lives[from]) lives[from] = 1, work.push_back(from);
    }
  }
  return lives;
}

std::vector<Transition> live_transitions(const DfaTable& table) {
  std::vector<Transition> all;
  for (std::uint32_t s = 0; s < table.n_states(); ++s) {
    for (std::uint32_t c = 0; c < table.n_classes; ++c) {
      const std::uint32_t to = table.next[s * table.n_classes + c];
      if (to != DfaTable::kDead) all.push_back({s, c, to});
    }
  }
  const std::vector<char> lives = living(table, all);
  std::erase_if(all, [&](const Transition& t) { return !lives[t.from] || !lives[t.to]; });
  return all;
}

// Blocks of states with one future each.
Partition equivalent_states(const DfaTable& table, std::span<const Transition> transitions) {
  Partition states(table.n_states());
  for (std::uint32_t s = 0; s < table.n_states(); ++s) {
    if (table.accepts[s]) states.mark(s);
  }
  states.split();
  // Splitters: sets of transitions with one label that lead into one block.
  Partition splitters(transitions.size());
  const Index by_label(transitions, table.n_classes, [](const Transition& t) { return t.label; });
  for (std::size_t label = 0; label < table.n_classes; ++label) {
    for (const std::uint32_t t : by_label[label]) splitters.mark(t);
    splitters.split();
  }
  const Index into(transitions, table.n_states(), [](const Transition& t) { return t.to; });
  std::size_t block = 1;
  for (std::size_t splitter = 0; splitter < splitters.n_blocks(); ++splitter) {
    for (const std::uint32_t t : splitters.members(splitter)) states.mark(transitions[t].from);
    states.split();
    for (; block < states.n_blocks(); ++block) {
      for (const std::uint32_t s : states.members(block)) {
        for (const std::uint32_t t : into[s]) splitters.mark(t);
      }
      splitters.split();
    }
  }
  return states;
}

// One state a block, numbered as a breadth-first search meets them.
DfaTable quotient(const DfaTable& table, std::span<const Transition> transitions, const Partition& states) {
  const Index out(transitions, table.n_states(), [](const Transition& t) { return t.from; });
  std::vector<std::uint32_t> number(states.n_blocks(), kNone);
  std::vector<std::uint32_t> order{0};
  number[states.block_of(0)] = 0;
  DfaTable result{.class_of = table.class_of, .n_classes = table.n_classes};
  for (std::size_t i = 0; i < order.size(); ++i) {
    result.accepts.push_back(table.accepts[order[i]]);
    result.next.resize(result.next.size() + table.n_classes, DfaTable::kDead);
    for (const std::uint32_t t : out[order[i]]) {
      std::uint32_t& to = number[states.block_of(transitions[t].to)];
      if (to == kNone) {
        to = static_cast<std::uint32_t>(order.size());
        order.push_back(transitions[t].to);
      }
      result.next[i * table.n_classes + transitions[t].label] = to;
    }
  }
  return result;
}

// Joins the classes of bytes that are alike in every state.
DfaTable with_fewest_classes(const DfaTable& table) {
  const auto column_less = [&](std::uint32_t a, std::uint32_t b) {
    for (std::size_t row = 0; row < table.next.size(); row += table.n_classes) {
      if (table.next[row + a] != table.next[row + b]) return table.next[row + a] < table.next[row + b];
    }
    return false;
  };
  std::vector<std::uint32_t> columns(table.n_classes);
  std::iota(columns.begin(), columns.end(), 0);
  std::sort(columns.begin(), columns.end(), column_less);
  std::vector<std::uint8_t> class_of_column(table.n_classes);
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t column : columns) {
    if (kept.empty() || column_less(kept.back(), column)) kept.push_back(column);
    class_of_column[column] = static_cast<std::uint8_t>(kept.size() - 1);
  }
  DfaTable result{.n_classes = kept.size(), .accepts = table.accepts};
  for (std::size_t byte = 0; byte < 256; ++byte)
    result.class_of[byte] = class_of_column[table.class_of[byte]];
  result.next.reserve(table.n_states() * kept.size());
  for (std::size_t row = 0; row < table.next.size(); row += table.n_classes) {
    for (const std::uint32_t column : kept) result.next.push_back(table.next[row + column]);
  }
  return result;
}

}  // namespace

DfaTable minimized(const DfaTable& table) {
  if (table.n_states() == 0) return {};
  const std::vector<Transition> transitions = live_transitions(table);
  if (transitions.empty() && !table.accepts[0]) return {};
  const Partition states = equivalent_states(table, transitions);
  const DfaTable small = quotient(table, transitions, states);
  // From a dead start nothing is numbered but itself.
  if (small.n_states() == 1 && !small.accepts[0]) return {};
  return with_fewest_classes(small);
}

}  // namespace linnet::grammar
