#include "kernels/registry.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "kernels/cpu_features.h"

namespace linnet::kernels {
namespace {

/// Sets LINNET_ISA, or removes it, and puts back what was there.
class IsaVariable : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* value = std::getenv("LINNET_ISA")) before_ = value;
    unsetenv("LINNET_ISA");
  }
  void TearDown() override {
    if (before_.empty()) {
      unsetenv("LINNET_ISA");
    } else {
      setenv("LINNET_ISA", before_.c_str(), 1);
    }
  }

 private:
  std::string before_;
};

TEST_F(IsaVariable, WithoutANameTheBestTableIsChosen) {
  const auto table = choose_table("");
  ASSERT_TRUE(table);
  EXPECT_EQ(*table, usable_tables().front());
}

TEST_F(IsaVariable, EveryUsableTableIsFoundByItsName) {
  for (const KernelTable* table : usable_tables()) {
    const auto chosen = choose_table(table->isa);
    ASSERT_TRUE(chosen) << table->isa;
    EXPECT_EQ(*chosen, table);
  }
}

TEST_F(IsaVariable, TheEnvironmentDecidesWhereTheCallerDoesNot) {
  setenv("LINNET_ISA", "portable", 1);
  EXPECT_EQ(*choose_table(""), usable_tables().back());
  const KernelTable* best = usable_tables().front();
  EXPECT_EQ(*choose_table(best->isa), best);
  setenv("LINNET_ISA", "", 1);
  EXPECT_EQ(*choose_table(""), best);
}

TEST_F(IsaVariable, AnUnknownNameIsAnErrorThatListsTheKnownOnes) {
  const auto by_argument = choose_table("sse2");
  ASSERT_FALSE(by_argument);
  setenv("LINNET_ISA", "avx1024", 1);
  const auto by_environment = choose_table("");
  ASSERT_FALSE(by_environment);
  EXPECT_EQ(by_argument.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(by_argument.error().message.find("'sse2'"), std::string::npos);
  EXPECT_NE(by_environment.error().message.find("'avx1024'"), std::string::npos);
  for (const KernelTable* table : usable_tables()) {
    EXPECT_NE(by_argument.error().message.find(table->isa), std::string::npos) << table->isa;
  }
}

TEST(UsableTables, PortableIsTheLastAndNamesAreUnique) {
  ASSERT_FALSE(usable_tables().empty());
  EXPECT_STREQ(usable_tables().back()->isa, "portable");
  std::set<std::string> names;
  for (const KernelTable* table : usable_tables()) names.insert(table->isa);
  EXPECT_EQ(names.size(), usable_tables().size());
}

TEST(UsableTables, EveryTableIsFull) {
  for (const KernelTable* table : usable_tables()) {
    for (const auto matmul : table->matmul) EXPECT_NE(matmul, nullptr) << table->isa;
    for (const auto attend : table->attend) EXPECT_NE(attend, nullptr) << table->isa;
    EXPECT_NE(table->quantize, nullptr);
    EXPECT_NE(table->rms_norm, nullptr);
    EXPECT_NE(table->silu_mul, nullptr);
    EXPECT_NE(table->gelu_mul, nullptr);
    EXPECT_NE(table->to_half, nullptr);
  }
}

TEST(CpuRuns, NoFlagsRunEverywhereAndUnknownFlagsNowhere) {
  EXPECT_TRUE(cpu_runs(""));
  EXPECT_TRUE(cpu_runs("  "));
  EXPECT_FALSE(cpu_runs("-mquantum"));
  EXPECT_FALSE(cpu_runs("-mavx2 -mquantum"));
  EXPECT_FALSE(cpu_runs("-mavx"));  // a prefix of a known flag
  EXPECT_FALSE(cpu_runs("avx2"));
}

#if defined(__x86_64__)
TEST(CpuRuns, AllOfTheFlagsMustRun) {
  for (const char* flag : {"-mavx2", "-mfma", "-mf16c", "-mavxvnni", "-mavx512f", "-mavx512vnni"}) {
    EXPECT_EQ(cpu_runs(std::string("-mavx2 ") + flag + "  -mfma"),
              cpu_runs("-mavx2") && cpu_runs(flag) && cpu_runs("-mfma"));
  }
}
#elif defined(__aarch64__)
TEST(CpuRuns, AllOfTheExtensionsMustRun) {
  for (const char* flag : {"-march=armv8.2-a+dotprod", "-march=armv8.2-a+i8mm"}) {
    EXPECT_EQ(cpu_runs(std::string(flag) + "+dotprod"),
              cpu_runs(flag) && cpu_runs("-march=armv8.2-a+dotprod"));
  }
}

TEST(CpuRuns, UnknownArchitecturesAndExtensionsAreMissing) {
  for (const char* flag :
       {"-march=armv8.2", "-march=armv8.2-a+", "-march=armv8.2-a+dot", "-march=armv8.2-adotprod",
        "-march=armv8.2-a+dotprod+quantum", "dotprod", "-march="}) {
    EXPECT_FALSE(cpu_runs(flag)) << flag;
  }
}
#endif

}  // namespace
}  // namespace linnet::kernels
