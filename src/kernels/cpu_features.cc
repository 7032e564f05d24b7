#include "kernels/cpu_features.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace linnet::kernels {
namespace {

#if defined(__x86_64__)

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(unsigned leaf) noexcept {
  Registers r;
  __get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

// Which register states the operating system saves (XCR0); 0 if it does not say.
std::uint64_t saved_states(const Registers& leaf1) noexcept {
  if ((leaf1.ecx >> 27 & 1) == 0) return 0;  // OSXSAVE
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}

// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID; volume 1, chapter 13, XCR0.
bool has_feature(std::string_view flag) noexcept {
  static const Registers leaf1 = cpuid(1);
  static const Registers leaf7 = cpuid(7);
  static const std::uint64_t states = saved_states(leaf1);
  static const bool ymm = (states & 0x06) == 0x06;
  static const bool zmm = (states & 0xe6) == 0xe6;
  const struct {
    std::string_view flag;
    bool present;
  } features[] = {
      {"-mfma", ymm && (leaf1.ecx >> 12 & 1)},      {"-mf16c", ymm && (leaf1.ecx >> 29 & 1)},
      {"-mavx2", ymm && (leaf7.ebx >> 5 & 1)},      {"-mavx512f", zmm && (leaf7.ebx >> 16 & 1)},
      {"-mavx512dq", zmm && (leaf7.ebx >> 17 & 1)}, {"-mavx512bw", zmm && (leaf7.ebx >> 30 & 1)},
      {"-mavx512vl", zmm && (leaf7.ebx >> 31 & 1)}, {"-mavx512vnni", zmm && (leaf7.ecx >> 11 & 1)},
  };
  for (const auto& feature : features) {
    if (feature.flag == flag) return feature.present;
  }
  return false;
}

#else

bool has_feature(std::string_view) noexcept { return false; }

#endif

}  // namespace

bool cpu_runs(std::string_view compiler_flags) noexcept {
  while (!compiler_flags.empty()) {
    const std::size_t end = compiler_flags.find(' ');
    const std::string_view flag = compiler_flags.substr(0, end);
    if (!flag.empty() && !has_feature(flag)) return false;
    if (end == std::string_view::npos) break;
    compiler_flags.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace linnet::kernels
