# linnet_dependencies: the third parties inside the library. None of them shows in a public header.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)

add_library(linnet_dependencies INTERFACE)
target_link_libraries(linnet_dependencies INTERFACE Threads::Threads
  $<BUILD_INTERFACE:fmt::fmt-header-only> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
  PkgConfig::PCRE2 PkgConfig::UTF8PROC)
