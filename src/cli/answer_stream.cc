#include "cli/answer_stream.h"

#include "cli/terminal.h"

namespace linnet::cli {

PieceCallback AnswerStream::callback() {
  return [this](std::string_view piece) {
    try {
      print(piece);
      flush();
      ends_line_ = piece.ends_with('\n');
      return true;
    } catch (const Exception& error) {
      failure_ = error.error();
      return false;
    }
  };
}

void AnswerStream::finish() {
  if (failure_) throw Exception(*failure_);
  if (!ends_line_) print("\n");
  flush();
}

}  // namespace linnet::cli
