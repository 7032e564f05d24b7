#!/usr/bin/env bash
# clang-tidy finds nothing to complain of (.clang-tidy says what it looks for). Some seconds a file.
# usage: tools/check_tidy.sh BUILD_FOLDER [FILE.cc...]     (default: all of src that the build compiles)
set -euo pipefail
build=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
if [ $# -eq 0 ]; then
  mapfile -t files < <(git ls-files 'src/*.cc')
  set -- "${files[@]}"
fi
# g++ knows flags that clang does not; those are not what is checked here.
tidy=(clang-tidy -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option)
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" "${tidy[@]}" 2>/dev/null
