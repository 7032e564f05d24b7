# What a builder may choose, and the flags that every linnet target shares.
option(LINNET_BUILD_TOOLS "Build the command line" ${PROJECT_IS_TOP_LEVEL})
option(LINNET_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(LINNET_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(LINNET_BUILD_BENCHMARKS "Build the micro-benchmarks" OFF)
option(LINNET_BUILD_FUZZERS "Build the libFuzzer programs (clang only)" OFF)
option(LINNET_INSTALL "Install linnet with this build" ${PROJECT_IS_TOP_LEVEL})
option(LINNET_WERROR "Treat warnings as errors" OFF)
set(LINNET_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
find_program(LINNET_CCACHE ccache)
if(LINNET_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LINNET_CCACHE})
endif()
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

# linnet_target_defaults(TARGET): language, warnings, visibility, sanitizers.
function(linnet_target_defaults target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  # A fused multiply-add is always written, never inferred: docs/numerics.md.
  # Nobody reads floating-point exception flags; to keep them exact, g++ would make no vector code of choices.
  target_compile_options(${target} PRIVATE -ffp-contract=off -fno-trapping-math -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wundef
    $<$<BOOL:${LINNET_WERROR}>:-Werror>)
  if(LINNET_SANITIZE)
    # Under a sanitizer g++ takes the empty state of an optional for a value that may be read (its manual warns of that).
    target_compile_options(${target} PRIVATE -fsanitize=${LINNET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(${target} PUBLIC -fsanitize=${LINNET_SANITIZE})
  endif()
endfunction()
