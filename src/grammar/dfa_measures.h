// Lengths that a deterministic automaton allows. Functions of their arguments alone. All want a minimal
// table; Automaton::kUnlimited stands for "no limit".
#pragma once

#include <cstddef>
#include <vector>

#include "grammar/dfa_table.h"

namespace linnet::grammar {

/// Code points of the shortest and of the longest text of a language of valid UTF-8 that is not empty.
std::size_t shortest_text(const DfaTable& table);
std::size_t longest_text(const DfaTable& table);

/// For each state, Automaton::n_plain_characters.
std::vector<std::size_t> plain_characters(const DfaTable& table);

}  // namespace linnet::grammar
