#!/usr/bin/env bash
# Holds every C++ file against .clang-format. usage: tools/check_format.sh [--fix]
set -euo pipefail
cd "$(dirname "$0")/.."
action=(--dry-run -Werror)
[ "${1:-}" != --fix ] || action=(-i)
git ls-files -z '*.h' '*.cc' | xargs -0 -r "${CLANG_FORMAT:-clang-format}" "${action[@]}"
echo "format: $(git ls-files '*.h' '*.cc' | wc -l) files"
