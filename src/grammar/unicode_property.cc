#include "grammar/unicode_property.h"

#include <utf8proc.h>

#include <array>
#include <map>

namespace linnet::grammar {
namespace {

constexpr std::size_t kNCategories = UTF8PROC_CATEGORY_CO + 1;

struct Category {
  std::string_view name, long_name;
  std::uint32_t members;  // a bit for each of utf8proc's categories
};

template <class... Categories>
constexpr std::uint32_t bits(Categories... categories) {
  return ((std::uint32_t{1} << categories) | ...);
}

constexpr std::uint32_t kCasedLetter = bits(UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT);
constexpr std::uint32_t kLetter = kCasedLetter | bits(UTF8PROC_CATEGORY_LM, UTF8PROC_CATEGORY_LO);
constexpr std::uint32_t kMark = bits(UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME);
constexpr std::uint32_t kNumber = bits(UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO);
constexpr std::uint32_t kPunctuation =
    bits(UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PD, UTF8PROC_CATEGORY_PS, UTF8PROC_CATEGORY_PE,
         UTF8PROC_CATEGORY_PI, UTF8PROC_CATEGORY_PF, UTF8PROC_CATEGORY_PO);
constexpr std::uint32_t kSymbol =
    bits(UTF8PROC_CATEGORY_SM, UTF8PROC_CATEGORY_SC, UTF8PROC_CATEGORY_SK, UTF8PROC_CATEGORY_SO);
constexpr std::uint32_t kSeparator = bits(UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP);
constexpr std::uint32_t kOther = bits(UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_CS,
                                      UTF8PROC_CATEGORY_CO, UTF8PROC_CATEGORY_CN);

constexpr Category kCategories[] = {
    {"L", "Letter", kLetter},
    {"LC", "Cased_Letter", kCasedLetter},
    {"Lu", "Uppercase_Letter", bits(UTF8PROC_CATEGORY_LU)},
    {"Ll", "Lowercase_Letter", bits(UTF8PROC_CATEGORY_LL)},
    {"Lt", "Titlecase_Letter", bits(UTF8PROC_CATEGORY_LT)},
    {"Lm", "Modifier_Letter", bits(UTF8PROC_CATEGORY_LM)},
    {"Lo", "Other_Letter", bits(UTF8PROC_CATEGORY_LO)},
    {"M", "Mark", kMark},
    {"", "Combining_Mark", kMark},
    {"Mn", "Nonspacing_Mark", bits(UTF8PROC_CATEGORY_MN)},
    {"Mc", "Spacing_Mark", bits(UTF8PROC_CATEGORY_MC)},
    {"Me", "Enclosing_Mark", bits(UTF8PROC_CATEGORY_ME)},
    {"N", "Number", kNumber},
    {"Nd", "Decimal_Number", bits(UTF8PROC_CATEGORY_ND)},
    {"", "digit", bits(UTF8PROC_CATEGORY_ND)},
    {"Nl", "Letter_Number", bits(UTF8PROC_CATEGORY_NL)},
    {"No", "Other_Number", bits(UTF8PROC_CATEGORY_NO)},
    {"P", "Punctuation", kPunctuation},
    {"", "punct", kPunctuation},
    {"Pc", "Connector_Punctuation", bits(UTF8PROC_CATEGORY_PC)},
    {"Pd", "Dash_Punctuation", bits(UTF8PROC_CATEGORY_PD)},
    {"Ps", "Open_Punctuation", bits(UTF8PROC_CATEGORY_PS)},
    {"Pe", "Close_Punctuation", bits(UTF8PROC_CATEGORY_PE)},
    {"Pi", "Initial_Punctuation", bits(UTF8PROC_CATEGORY_PI)},
    {"Pf", "Final_Punctuation", bits(UTF8PROC_CATEGORY_PF)},
    {"Po", "Other_Punctuation", bits(UTF8PROC_CATEGORY_PO)},
    {"S", "Symbol", kSymbol},
    {"Sm", "Math_Symbol", bits(UTF8PROC_CATEGORY_SM)},
    {"Sc", "Currency_Symbol", bits(UTF8PROC_CATEGORY_SC)},
    {"Sk", "Modifier_Symbol", bits(UTF8PROC_CATEGORY_SK)},
    {"So", "Other_Symbol", bits(UTF8PROC_CATEGORY_SO)},
    {"Z", "Separator", kSeparator},
    {"Zs", "Space_Separator", bits(UTF8PROC_CATEGORY_ZS)},
    {"Zl", "Line_Separator", bits(UTF8PROC_CATEGORY_ZL)},
    {"Zp", "Paragraph_Separator", bits(UTF8PROC_CATEGORY_ZP)},
    {"C", "Other", kOther},
    {"Cc", "Control", bits(UTF8PROC_CATEGORY_CC)},
    {"", "cntrl", bits(UTF8PROC_CATEGORY_CC)},
    {"Cf", "Format", bits(UTF8PROC_CATEGORY_CF)},
    {"Cs", "Surrogate", bits(UTF8PROC_CATEGORY_CS)},
    {"Co", "Private_Use", bits(UTF8PROC_CATEGORY_CO)},
    {"Cn", "Unassigned", bits(UTF8PROC_CATEGORY_CN)},
};

// The ranges of each of utf8proc's categories: looked up once, for all code points.
const std::array<CharacterSet, kNCategories>& all_categories() {
  static const auto all = [] {
    std::array<CharacterSet, kNCategories> sets;
    for (char32_t c = 0; c <= kLastCodePoint; ++c) {
      CharacterSet& set = sets[static_cast<std::size_t>(utf8proc_category(static_cast<utf8proc_int32_t>(c)))];
      if (!set.empty() && set.back().last + 1 == c) {
        set.back().last = c;
      } else {
        set.push_back({c, c});
      }
    }
    return sets;
  }();
  return all;
}

CharacterSet members(std::uint32_t categories) {
  std::vector<CharacterRange> ranges;
  for (std::size_t i = 0; i < kNCategories; ++i) {
    if ((categories >> i & 1) == 0) continue;
    const CharacterSet& set = all_categories()[i];
    ranges.insert(ranges.end(), set.begin(), set.end());
  }
  return character_set(std::move(ranges));
}

using NamedSets = std::map<std::string_view, CharacterSet>;

NamedSets named_categories() {
  NamedSets sets;
  for (const auto& [name, long_name, categories] : kCategories) {
    const CharacterSet set = members(categories);
    if (!name.empty()) sets[name] = set;
    sets[long_name] = set;
  }
  return sets;
}

NamedSets binary_properties() {
  const CharacterSet hex_digits{{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
  const CharacterSet spaces{{0x9, 0xD},       {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                            {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                            {0x205F, 0x205F}, {0x3000, 0x3000}};
  return {{"Any", complement({})}, {"Assigned", complement(members(bits(UTF8PROC_CATEGORY_CN)))},
          {"ASCII", {{0, 0x7F}}},  {"ASCII_Hex_Digit", hex_digits},
          {"AHex", hex_digits},    {"White_Space", spaces},
          {"space", spaces}};
}

}  // namespace

const CharacterSet* unicode_property(std::string_view name) {
  static const NamedSets categories = named_categories();
  static const NamedSets binary = binary_properties();
  for (const std::string_view prefix : {"General_Category=", "gc=", ""}) {
    if (!name.starts_with(prefix)) continue;
    if (const auto at = categories.find(name.substr(prefix.size())); at != categories.end())
      return &at->second;
  }
  const auto at = binary.find(name);
  return at == binary.end() ? nullptr : &at->second;
}

}  // namespace linnet::grammar
