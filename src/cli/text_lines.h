// JSON lines {"text": T} that are answered with a line each, in order, whatever is wrong with some of them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/interrupt.h"

namespace linnet::cli {

/// A line for each of the texts, with its end. Throws linnet::Exception: kInvalidArgument or kContextFull if
/// that is the fault of a text.
using AnswerTexts = std::function<std::vector<std::string>(std::span<const std::string> texts)>;

/// Whether there are lines to read from a file, or from standard input if that is no terminal. Throws
/// UsageError if there are none and some are needed.
bool has_text_lines(const std::optional<std::string>& file, bool is_needed);

/// Answers the lines of a file, or of standard input for "-" and for nothing, as they come: what waits there
/// is answered together. A line that is not {"text": T}, and a text that has no answer, gets {"error":
/// MESSAGE} in its place. Empty lines get nothing. Throws linnet::Exception: at the end, kInvalidArgument if
/// there were such lines; kCancelled, `interrupt` while waiting for a line; kNotFound, kIo; and what `answer`
/// throws that is no text's fault.
void answer_text_lines(const std::optional<std::string>& file, const Interrupt& interrupt,
                       const AnswerTexts& answer);

}  // namespace linnet::cli
