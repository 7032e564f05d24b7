#include "cli/extraction.h"

#include <algorithm>

#include <fmt/format.h>

#include <linnet/chat.h>

#include "cli/command.h"

namespace linnet::cli {
namespace {

// Invented. The answer has more than 128 tokens, the default of -n.
constexpr const char* kRequest =
    R"(Ward round, Monday morning.
Room 4: Mrs. Ferrante slept well and has no fever. Amoxicillin 500 mg by mouth, every 8 hours, until Friday.
The window in room 4 does not close; the porter has been told.
Room 7: Mr. Okafor is to walk twice a day. Enoxaparin 40 mg under the skin, once a day, in the evening.
His daughter visits at 15:30 and would like to talk with the physician.
Room 9: Ms. Lindqvist has less pain than yesterday. Paracetamol 1000 mg by mouth, every 6 hours.
Room 12: Mr. Petrossian may go home on Wednesday. Metformin 850 mg by mouth, twice a day, with meals.

Copy every line of this note that names a medicine and a dose, word for word.)";

}  // namespace

std::vector<Token> extraction_prompt(const Model& model) {
  if (model.chat_template().empty()) return model.tokenize(kRequest).value();
  ChatOptions options;
  options.session.n_ctx = options.session.n_chunk = 1;  // nothing is computed here
  options.enable_thinking = false;
  options.date = "2026-01-01";
  Chat chat = Chat::open(model, options).value();
  chat.user(kRequest);
  return chat.prompt_tokens().value();
}

void expect_same_answer(std::span<const Token> made, std::vector<Token>& known, const std::string& title) {
  const auto [differs, other] = std::mismatch(made.begin(), made.end(), known.begin(), known.end());
  if (differs != made.end() && other != known.end()) {
    fail(ErrorCode::kInternal,
         fmt::format("{}: token {} of the answer is {} and was {} before; please report it", title,
                     differs - made.begin(), *differs, *other));
  }
  if (made.size() > known.size()) known.assign(made.begin(), made.end());
}

}  // namespace linnet::cli
