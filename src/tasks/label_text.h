// What a label's name says.
#pragma once

#include <string>
#include <string_view>

namespace linnet::tasks {

/// The words of a name: "card_not_working", "CardNotWorking" and "card-not-working" are "card not working".
/// Never empty for a name that is not; only ASCII letters change their case.
std::string label_text(std::string_view name);

}  // namespace linnet::tasks
