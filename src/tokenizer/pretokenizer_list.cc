#include "tokenizer/pretokenizer.h"

// What each family splits text by, as published with its tokenizer.json (rewritten only where Perl's syntax
// differs, or where a text could make a pattern take quadratic time), and which names share it. No pattern
// matches the empty text.
namespace linnet {
namespace {

constexpr std::string_view kGpt2Words =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt2[] = {kGpt2Words};
constexpr std::string_view kDigitsGpt2[] = {R"(\p{N})", kGpt2Words};
constexpr std::string_view kDefault[] = {R"([\p{P}$+<=>^~|]+)", kGpt2Words, R"(\p{N}+)",
                                         R"([0-9][0-9][0-9])"};
constexpr std::string_view kFalcon[] = {R"([\p{P}$+<=>^~|`]+)", kGpt2Words, R"([0-9][0-9][0-9])"};
constexpr std::string_view kChameleon[] = {R"(<sentinel:[0-9]+>)",    R"(IMGIMG[A-I]{1,4}Z)",
                                           R"([\t\n]|    |  )",       R"(\p{N})",
                                           R"([\p{P}!-/:-@\[-`{-~])", kGpt2Words};

constexpr std::string_view kLlama3[] = {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
                                        R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::string_view kQwen2Words = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
                                         R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2[] = {kQwen2Words};
constexpr std::string_view kLaguna[] = {R"([^\n]+|\n+)", kQwen2Words};
constexpr std::string_view kQwen35[] = {
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N})"
    R"(| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::string_view kUfakzeka[] = {
    R"([^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::string_view kMiniCpm5[] = {R"(\p{N}{1,3})",
                                          R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+)"
                                          R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::string_view kSeedCoder[] = {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
                                           R"(| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::string_view kBailing[] = {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N})"
                                         R"(| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"};

constexpr std::string_view kGpt4o[] = {
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::string_view kTekken[] = {
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
    R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};

constexpr std::string_view kHan = "[一-龥ࠀ-一가-\xED\x9F\xBF]+";
constexpr std::string_view kDeepseekCoder[] = {R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)", kHan, R"(\p{N})"};
constexpr std::string_view kDeepseekLetters =
    R"(\s?[)"
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-"
    "ἕἘ-"
    "Ἕἠ-"
    "ὅὈ-Ὅ"
    "ὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-"
    "ꚛꜢ-"
    "ꝯꝱ-"
    "ꞇ"
    "Ꞌ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-"
    "𞥃"
    "]+";
constexpr std::string_view kDeepseekLlm[] = {
    R"([\r\n])", kDeepseekLetters, R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)", R"((?<!\s)\s++\z)",
    kHan,        R"(\p{N}+)"};
constexpr std::string_view kDeepseek3[] = {
    R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
    R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};

constexpr std::string_view kBloomWords = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr std::string_view kBloom[] = {kBloomWords};
constexpr std::string_view kViking[] = {kBloomWords, R"(\p{N})"};

constexpr PretokenizerSpec kPretokenizers[] = {
    {.name = "default", .patterns = kDefault},

    {.name = "gpt-2", .patterns = kGpt2},
    {.name = "phi-2", .patterns = kGpt2},
    {.name = "mpt", .patterns = kGpt2},
    {.name = "olmo", .patterns = kGpt2},
    {.name = "jais", .patterns = kGpt2},
    {.name = "exaone4", .patterns = kGpt2},
    {.name = "gigachat", .patterns = kGpt2},
    {.name = "a.x-4.0", .patterns = kGpt2},
    {.name = "mellum", .patterns = kGpt2},
    {.name = "trillion", .patterns = kGpt2},
    {.name = "granite-docling", .patterns = kGpt2},

    {.name = "smollm", .patterns = kDigitsGpt2},
    {.name = "starcoder", .patterns = kDigitsGpt2},
    {.name = "refact", .patterns = kDigitsGpt2},
    {.name = "command-r", .patterns = kDigitsGpt2},
    {.name = "codeshell", .patterns = kDigitsGpt2},
    {.name = "exaone", .patterns = kDigitsGpt2},
    {.name = "minerva-7b", .patterns = kDigitsGpt2},
    {.name = "mellum2", .patterns = kDigitsGpt2},

    {.name = "llama-bpe", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "llama3", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "llama-v3", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "lfm2", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "falcon3", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "falcon-h1", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "pixtral", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "midm-2.0", .patterns = kLlama3, .whole_words = true, .add_bos = true},
    {.name = "glm4", .patterns = kLlama3, .whole_words = true},
    {.name = "glm5", .patterns = kLlama3, .whole_words = true},
    {.name = "chatglm-bpe", .patterns = kLlama3},
    {.name = "dbrx", .patterns = kLlama3},
    {.name = "smaug-bpe", .patterns = kLlama3},
    {.name = "minicpm5", .patterns = kMiniCpm5, .whole_words = true},

    {.name = "qwen2", .patterns = kQwen2},
    {.name = "deepseek-r1-qwen", .patterns = kQwen2},
    {.name = "stablelm2", .patterns = kQwen2},
    {.name = "hunyuan", .patterns = kQwen2},
    {.name = "megrez", .patterns = kQwen2},
    {.name = "kormo", .patterns = kQwen2},
    {.name = "f2llmv2", .patterns = kQwen2},
    {.name = "solar-open", .patterns = kQwen2},
    {.name = "grok-2", .patterns = kQwen2},
    {.name = "qwen35", .patterns = kQwen35},
    {.name = "laguna", .patterns = kLaguna},
    {.name = "ufakzeka", .patterns = kUfakzeka},
    {.name = "seed-coder", .patterns = kSeedCoder},
    {.name = "bailingmoe", .patterns = kBailing},
    {.name = "bailingmoe2", .patterns = kBailing},
    {.name = "llada-moe", .patterns = kBailing},

    {.name = "gpt-4o", .patterns = kGpt4o},
    {.name = "llama4", .patterns = kGpt4o},
    {.name = "kanana2", .patterns = kGpt4o},
    {.name = "talkie", .patterns = kGpt4o},
    {.name = "minimax-m2", .patterns = kGpt4o},
    {.name = "tekken", .patterns = kTekken, .whole_words = true, .add_bos = true},

    {.name = "deepseek-llm", .patterns = kDeepseekLlm},
    {.name = "deepseek-coder", .patterns = kDeepseekCoder},
    {.name = "deepseek-v3", .patterns = kDeepseek3},
    {.name = "hunyuan-dense", .patterns = kDeepseek3},
    {.name = "joyai-llm", .patterns = kDeepseek3},
    {.name = "hy_v4", .patterns = kDeepseek3},

    {.name = "falcon", .patterns = kFalcon},
    {.name = "chameleon", .patterns = kChameleon, .add_bos = true},
    {.name = "bloom", .patterns = kBloom},
    {.name = "poro-chat", .patterns = kBloom},
    {.name = "gpt3-finnish", .patterns = kBloom},
    {.name = "viking", .patterns = kViking},
};

}  // namespace

std::span<const PretokenizerSpec> pretokenizers() noexcept { return kPretokenizers; }

}  // namespace linnet
