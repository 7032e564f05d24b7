#include <linnet/chat.h>

#include <algorithm>

#include "base/guard.h"
#include "engine/chat_impl.h"
#include "engine/context_shift.h"
#include "engine/generator.h"
#include "engine/render.h"
#include "engine/session_impl.h"

namespace linnet {

namespace {

std::string join(const std::vector<chat::RenderedPart>& parts) {
  std::string text;
  for (const chat::RenderedPart& part : parts) text += part.text;
  return text;
}

}  // namespace

void Chat::Impl::add(std::string_view role, std::string& content) noexcept {
  try {
    messages.push_back({std::string(role), std::move(content)});
  } catch (const std::exception&) {
    lost_message = true;
  }
}

Result<void> Chat::Impl::check_messages() const {
  if (!lost_message) return {};
  return fail(ErrorCode::kOutOfMemory, "a message was lost for want of memory; clear() and begin anew");
}

Result<std::vector<chat::RenderedPart>> Chat::Impl::render() const {
  LINNET_CHECK(check_messages());
  chat::RenderClock clock;
  if (options.date.empty()) {
    clock = chat::RenderClock::system();
  } else {
    LINNET_TRY(clock, chat::RenderClock::from_date(options.date));
  }
  return render_messages(chat_template, tokenizer(), messages, options.enable_thinking, clock);
}

// Leaves out as many shifts as it takes. They are those that generate() made in earlier answers, and perhaps
// more, so the session still holds the beginning of what is left.
Result<void> Chat::Impl::make_fit(std::vector<Token>& prompt, std::optional<std::size_t> keep) const {
  const std::size_t n_ctx = session.n_ctx();
  LINNET_CHECK(check_shift(keep, n_ctx));
  if (prompt.size() < n_ctx) return {};
  if (!keep) {
    return fail(ErrorCode::kContextFull,
                "the conversation takes {} tokens and the context holds {}; clear it or open the chat with a "
                "larger context",
                prompt.size(), n_ctx);
  }
  const std::size_t size = shift_size(n_ctx, *keep);
  const auto first = prompt.begin() + static_cast<std::ptrdiff_t>(*keep);
  const std::size_t n_shifts = (prompt.size() - n_ctx) / size + 1;
  prompt.erase(first, first + static_cast<std::ptrdiff_t>(n_shifts * size));
  return {};
}

// Computes what the session does not hold of the prompt yet.
Result<void> Chat::Impl::catch_up(std::span<const Token> prompt) {
  if (prompt.empty()) return fail(ErrorCode::kInvalidArgument, "the chat template made an empty prompt");
  const auto held = session.tokens();
  const auto same = static_cast<std::size_t>(
      std::mismatch(held.begin(), held.end(), prompt.begin(), prompt.end()).first - held.begin());
  // The last token is computed again, for its logits.
  const std::size_t keep = std::min(same, prompt.size() - 1);
  LINNET_CHECK(session.rewind(keep));
  return session.append(prompt.subspan(keep));
}

Result<Reply> Chat::Impl::reply(const PieceCallback& callback, const GenerateOptions& generate_options) {
  LINNET_CHECK(check(generate_options));
  LINNET_TRY(const auto parts, render());
  LINNET_TRY(std::vector<Token> prompt, encode_parts(tokenizer(), parts));
  LINNET_CHECK(make_fit(prompt, generate_options.shift_keep));
  const Stats before = session.stats();
  LINNET_CHECK(catch_up(prompt));

  Reply reply;
  const bool is_opened = marks && chat::opens_reasoning(join(parts), *marks);
  chat::ReasoningSplitter splitter(marks, is_opened);
  bool wanted = true;
  const auto take = [&](const chat::ReasoningSplitter::Split& split) {
    reply.text += split.answer;
    reply.reasoning += split.reasoning;
    if (callback && wanted && !split.answer.empty()) wanted = callback(split.answer);
    return wanted;
  };
  Reasoning reasoning;
  if (is_opened || (marks && options.enable_thinking)) {
    reasoning = {tokenizer().find(marks->open), std::string(marks->close), is_opened};
  }
  LINNET_TRY(Generation generation,
             session.impl_->generate(
                 generate_options, [&](std::string_view piece) { return take(splitter.push(piece)); },
                 std::move(reasoning)));
  take(splitter.flush());
  reply.tokens = std::move(generation.tokens);
  reply.finish = generation.finish;
  reply.stats = generation.stats;
  reply.speculation = generation.speculation;
  const Rate& after = session.stats().prompt;
  reply.stats.prompt = {after.n_tokens - before.prompt.n_tokens, after.seconds - before.prompt.seconds};
  messages.push_back({"assistant", reply.text});
  return reply;
}

Chat::Chat(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Chat::Chat(Chat&&) noexcept = default;
Chat& Chat::operator=(Chat&&) noexcept = default;
Chat::~Chat() = default;

Result<Chat> Chat::open(const Model& model, const ChatOptions& options) {
  return guard([&]() -> Result<Chat> {
    const std::string_view source =
        options.chat_template.empty() ? model.chat_template() : options.chat_template;
    if (source.empty()) {
      return fail(ErrorCode::kNotFound, "{}: the file has no chat template; give one, or use a Session",
                  model.impl()->file->name());
    }
    if (!options.date.empty()) LINNET_CHECK(chat::RenderClock::from_date(options.date));
    LINNET_TRY(chat::ChatTemplate chat_template, chat::ChatTemplate::parse(source));
    LINNET_TRY(Session session, Session::open(model, options.session));
    auto impl = std::make_unique<Impl>(std::move(session), std::move(chat_template), options);
    impl->marks = chat::find_reasoning_marks(source);
    return Chat(std::move(impl));
  });
}

void Chat::system(std::string content) noexcept { impl_->add("system", content); }
void Chat::user(std::string content) noexcept { impl_->add("user", content); }
void Chat::assistant(std::string content) noexcept { impl_->add("assistant", content); }
void Chat::add(Message message) noexcept { impl_->add(message.role, message.content); }

Result<Reply> Chat::reply(const PieceCallback& callback, const GenerateOptions& options) {
  return guard([&] { return impl_->reply(callback, options); });
}

Result<std::string> Chat::prompt() const {
  return guard([&]() -> Result<std::string> {
    LINNET_TRY(const auto parts, impl_->render());
    return join(parts);
  });
}

Result<std::vector<Token>> Chat::prompt_tokens() const {
  return guard([&]() -> Result<std::vector<Token>> {
    LINNET_TRY(const auto parts, impl_->render());
    return encode_parts(impl_->tokenizer(), parts);
  });
}

const std::vector<Message>& Chat::messages() const noexcept { return impl_->messages; }
void Chat::clear() noexcept {
  impl_->messages.clear();
  impl_->lost_message = false;
}
void Chat::cancel() noexcept { impl_->session.cancel(); }
const Session& Chat::session() const noexcept { return impl_->session; }

}  // namespace linnet
