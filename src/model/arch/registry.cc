#include "model/arch/registry.h"

#include <vector>

#include <fmt/ranges.h>

namespace linnet {

extern const ArchSpec kGemma3;
extern const ArchSpec kLlama;
extern const ArchSpec kQwen2;
extern const ArchSpec kQwen3;

namespace {

// THE list.
constexpr const ArchSpec* kArchs[] = {&kGemma3, &kLlama, &kQwen2, &kQwen3};

}  // namespace

Result<const ArchSpec*> find_arch(std::string_view name) {
  std::vector<std::string_view> names;
  for (const ArchSpec* arch : kArchs) {
    if (arch->name == name) return arch;
    names.push_back(arch->name);
  }
  return fail(ErrorCode::kUnsupported, "architecture '{}' is not one that linnet knows; those are: {}", name,
              fmt::join(names, ", "));
}

}  // namespace linnet
