/// \file
/// All of linnet: small language models on the CPU, inside your program.
///
///     #include <iostream>
///     #include <linnet/linnet.h>
///     int main(int argc, char** argv) {
///       auto model = linnet::Model::load(argv[1]).value();
///       auto chat = linnet::Chat::open(model).value();
///       chat.user("What is the capital of France?");
///       chat.reply([](std::string_view piece) { std::cout << piece << std::flush; return true; }).value();
///     }
#pragma once

#include <string_view>

#include <linnet/batch.h>
#include <linnet/chat.h>
#include <linnet/constraint.h>
#include <linnet/extract.h>
#include <linnet/generate.h>
#include <linnet/model.h>
#include <linnet/result.h>
#include <linnet/session.h>
#include <linnet/tasks.h>
#include <linnet/version.h>

namespace linnet {

/// The version of the library that runs, "MAJOR.MINOR.PATCH"; LINNET_VERSION_STRING is that of the headers.
LINNET_API std::string_view version() noexcept;

}  // namespace linnet
