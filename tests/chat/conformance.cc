// chat_conformance FOLDER: renders every case of every *.json in the folder with linnet and compares it with
// what the file says that Jinja2 makes of it. A file has a "template" and "cases", each with "name",
// "context" and either "output" or "error"; the clock stands at 2026-01-15 12:00. Prints one line a file;
// exits 0 if all cases agree, else 1.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "chat/chat_template.h"
#include "chat/json.h"

namespace {

using linnet::chat::ChatTemplate;
using linnet::chat::RenderClock;
using linnet::chat::Value;

constexpr RenderClock kClock{2026, 1, 15, 12, 0, 0};

std::string text_of(const Value* value) {
  return value != nullptr && value->as_text() != nullptr ? std::string(value->as_text()->bytes())
                                                         : std::string();
}

/// The case's context and what transformers always passes with it.
Value globals_of(const Value& context) {
  Value::Entries entries{{Value::trusted("tools"), Value::none()},
                         {Value::trusted("documents"), Value::none()}};
  for (const auto& entry : context.as_dict()->entries) entries.push_back(entry);
  return Value::dict_of(std::move(entries));
}

/// What linnet makes of the case; empty problem if that is what the file says.
std::string problem_of(const linnet::Result<ChatTemplate>& parsed, const Value& test) {
  const auto& fields = *test.as_dict();
  const Value* error = fields.find("error");
  if (!parsed) return error != nullptr ? "" : parsed.error().message;
  const auto parts = parsed->render(globals_of(*fields.find("context")), kClock);
  if (!parts) {
    if (error == nullptr) return parts.error().message;
    // The oracle's sentence is "Type: message"; ours has the line before it.
    const std::string wanted = text_of(error);
    const std::string sentence = wanted.substr(std::min(wanted.find(": ") + 2, wanted.size()));
    const bool same = parts.error().message.find(sentence) != std::string::npos;
    return same ? "" : fmt::format("error '{}' instead of '{}'", parts.error().message, sentence);
  }
  std::string text;
  for (const auto& part : *parts) text += part.text;
  if (error != nullptr) return fmt::format("rendered, instead of '{}'", text_of(error));
  const std::string wanted = text_of(fields.find("output"));
  if (text == wanted) return "";
  const auto at = static_cast<std::size_t>(
      std::mismatch(text.begin(), text.end(), wanted.begin(), wanted.end()).first - text.begin());
  const std::size_t from = at > 40 ? at - 40 : 0;
  return fmt::format("differs at byte {}: '{}' instead of '{}'", at, text.substr(from, 80),
                     wanted.substr(std::min(from, wanted.size()), 80));
}

/// The number of cases that disagree.
int check_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream content;
  content << in.rdbuf();
  const auto json = linnet::chat::parse_json(content.str());
  if (!json || json->as_dict() == nullptr) {
    fmt::print("{:<44} unreadable: {}\n", path.filename().string(),
               json ? "not an object" : json.error().message);
    return 1;
  }
  const auto parsed = ChatTemplate::parse(text_of(json->as_dict()->find("template")));
  std::vector<std::string> problems;
  const auto& cases = json->as_dict()->find("cases")->as_sequence()->items;
  for (const Value& test : cases) {
    const std::string problem = problem_of(parsed, test);
    if (!problem.empty())
      problems.push_back(fmt::format("{}: {}", text_of(test.as_dict()->find("name")), problem));
  }
  fmt::print("{:<52} {:>3} passed {:>3} failed\n", path.filename().string(), cases.size() - problems.size(),
             problems.size());
  for (const std::string& problem : problems) fmt::print("    {}\n", problem);
  return static_cast<int>(problems.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: chat_conformance FOLDER\n");
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  int failed = 0;
  for (const auto& file : files) failed += check_file(file);
  fmt::print("{} files, {} cases failed\n", files.size(), failed);
  return failed == 0 && !files.empty() ? 0 : 1;
}
