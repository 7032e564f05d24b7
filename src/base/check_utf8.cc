#include "base/check_utf8.h"

#include "base/utf8.h"

namespace linnet {

Result<void> check_utf8(std::string_view text, std::string_view what) {
  const std::size_t n_valid = utf8::valid_prefix(text);
  if (n_valid == text.size()) return {};
  return fail(ErrorCode::kInvalidArgument, "{} is not UTF-8: byte {} begins no character", what, n_valid);
}

}  // namespace linnet
