#include "kernels/registry.h"

#include <cstdlib>
#include <vector>

#include <fmt/ranges.h>

#include "kernels/cpu_features.h"
#include "kernels/tables.h"

namespace linnet::kernels {

std::span<const KernelTable* const> usable_tables() noexcept {
  struct Tables {
    const KernelTable* table[kMaxTables];
    std::size_t count = 0;
  };
  static const Tables tables = [] {
    Tables found;
#define LINNET_ISA(name, flags) \
  if (cpu_runs(flags)) found.table[found.count++] = &name##_table;
#include "kernels/isa_list.inc"
#undef LINNET_ISA
    found.table[found.count++] = &portable_table;
    return found;
  }();
  return {tables.table, tables.count};
}

Result<const KernelTable*> choose_table(std::string_view name) {
  const char* environment = std::getenv("LINNET_ISA");
  if (name.empty() && environment != nullptr) name = environment;
  if (name.empty()) return usable_tables().front();
  std::vector<std::string_view> names;
  for (const KernelTable* table : usable_tables()) {
    if (name == table->isa) return table;
    names.emplace_back(table->isa);
  }
  return fail(ErrorCode::kUnsupported,
              "instruction set '{}' is not one that this library has and this CPU runs; those are: {}", name,
              fmt::join(names, ", "));
}

}  // namespace linnet::kernels
