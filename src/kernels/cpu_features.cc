#include "kernels/cpu_features.h"

#include <cstdint>
#include <initializer_list>

#include "base/tile_registers.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace linnet::kernels {
namespace {

struct Feature {
  std::string_view name;
  unsigned long present;  // not 0: yes
};

[[maybe_unused]] bool find(std::initializer_list<Feature> features, std::string_view name) noexcept {
  for (const Feature& feature : features) {
    if (feature.name == name) return feature.present != 0;
  }
  return false;
}

#if defined(__x86_64__)

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf) noexcept {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
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
  static const Registers leaf1 = cpuid(1, 0);
  static const Registers leaf7 = cpuid(7, 0);
  static const Registers leaf7_1 = leaf7.eax >= 1 ? cpuid(7, 1) : Registers{};
  static const std::uint64_t states = saved_states(leaf1);
  static const bool ymm = (states & 0x06) == 0x06;
  static const bool zmm = (states & 0xe6) == 0xe6;
  static const bool tmm = (states & 0x60000) == 0x60000 && (leaf7.edx >> 24 & 1) && may_use_tile_registers();
  return find({{"-mfma", ymm && (leaf1.ecx >> 12 & 1)},
               {"-mf16c", ymm && (leaf1.ecx >> 29 & 1)},
               {"-mavx2", ymm && (leaf7.ebx >> 5 & 1)},
               {"-mavxvnni", ymm && (leaf7_1.eax >> 4 & 1)},
               {"-mavx512f", zmm && (leaf7.ebx >> 16 & 1)},
               {"-mavx512dq", zmm && (leaf7.ebx >> 17 & 1)},
               {"-mavx512bw", zmm && (leaf7.ebx >> 30 & 1)},
               {"-mavx512vl", zmm && (leaf7.ebx >> 31 & 1)},
               {"-mavx512vnni", zmm && (leaf7.ecx >> 11 & 1)},
               {"-mamx-tile", tmm},
               {"-mamx-int8", tmm && (leaf7.edx >> 25 & 1)}},
              flag);
}

#elif defined(__aarch64__)

#if defined(__linux__)

// Linux, Documentation/arch/arm64/elf_hwcaps.rst.
bool has_extension(std::string_view name) noexcept {
  const unsigned long first = getauxval(AT_HWCAP);
  const unsigned long second = getauxval(AT_HWCAP2);
  return find({{"crc", first & HWCAP_CRC32},
               {"lse", first & HWCAP_ATOMICS},
               {"rdm", first & HWCAP_ASIMDRDM},
               {"dotprod", first & HWCAP_ASIMDDP},
               {"i8mm", second & HWCAP2_I8MM}},
              name);
}

#elif defined(__APPLE__)

bool system_says(const char* variable) noexcept {
  int value = 0;
  std::size_t size = sizeof value;
  return sysctlbyname(variable, &value, &size, nullptr, 0) == 0 && value != 0;
}

// developer.apple.com, "Determining instruction set characteristics".
bool has_extension(std::string_view name) noexcept {
  return find({{"crc", system_says("hw.optional.armv8_crc32")},
               {"lse", system_says("hw.optional.arm.FEAT_LSE")},
               {"rdm", system_says("hw.optional.arm.FEAT_RDM")},
               {"dotprod", system_says("hw.optional.arm.FEAT_DotProd")},
               {"i8mm", system_says("hw.optional.arm.FEAT_I8MM")}},
              name);
}

#else

bool has_extension(std::string_view) noexcept { return false; }

#endif

// "-march=armv8.2-a+dotprod": what a compiler may use of Armv8.2 beyond Armv8.0, then the extensions named.
// Arm Architecture Reference Manual, A2.
bool has_feature(std::string_view flag) noexcept {
  constexpr std::string_view base = "-march=armv8.2-a";
  if (flag.substr(0, base.size()) != base) return false;
  for (const std::string_view name : {"crc", "lse", "rdm"}) {
    if (!has_extension(name)) return false;
  }
  for (flag.remove_prefix(base.size()); !flag.empty();) {
    if (flag.front() != '+') return false;
    flag.remove_prefix(1);
    const std::string_view name = flag.substr(0, flag.find('+'));
    if (!has_extension(name)) return false;
    flag.remove_prefix(name.size());
  }
  return true;
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
