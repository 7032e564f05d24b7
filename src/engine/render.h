// From messages to a prompt's tokens, by a model's chat template. Pure functions.
#pragma once

#include <span>
#include <vector>

#include <linnet/chat.h>

#include "base/fail.h"
#include "chat/chat_template.h"
#include "tokenizer/tokenizer.h"

namespace linnet {

/// The messages and the beginning of an answer. Errors: those of ChatTemplate::render().
Result<std::vector<chat::RenderedPart>> render_messages(const chat::ChatTemplate& chat_template,
                                                        const Tokenizer& tokenizer,
                                                        std::span<const Message> messages,
                                                        bool enable_thinking, const chat::RenderClock& clock);

/// The tokens of rendered text that begins a sequence; what came from messages names no special tokens.
Result<std::vector<Token>> encode_parts(const Tokenizer& tokenizer,
                                        std::span<const chat::RenderedPart> parts);

}  // namespace linnet
