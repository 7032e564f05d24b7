// An answer on stdout while it is made.
#pragma once

#include <optional>

#include <linnet/generate.h>
#include <linnet/result.h>

namespace linnet::cli {

/// Prints pieces as they come. A stdout that fails ends the generation; finish() throws the failure, because
/// nothing may be thrown through the library.
class AnswerStream {
 public:
  /// To be passed to the library; refers to this object.
  PieceCallback callback();
  /// Ends the line, if the answer did not. Throws linnet::Exception (kIo).
  void finish();

 private:
  bool ends_line_ = false;
  std::optional<Error> failure_;
};

}  // namespace linnet::cli
