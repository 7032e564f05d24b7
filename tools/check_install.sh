#!/usr/bin/env bash
# Installs a build into an empty folder, builds and runs tests/packaging/consumer on it, outside the tree.
# usage: tools/check_install.sh BUILD_DIR
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,3p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }

quietly cmake --install "$build" --prefix "$work/prefix"
cp -r "$root/tests/packaging/consumer" "$work/consumer"
libdir=$(dirname "$(find "$work/prefix" -name linnet.pc -printf '%h')")
export PKG_CONFIG_PATH=$libdir/pkgconfig
quietly cmake -G Ninja -S "$work/consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix"
quietly cmake --build "$work/build"
for program in with_package with_shared_package with_pkg_config; do
  echo "$program: $(LD_LIBRARY_PATH=$libdir "$work/build/$program")"
done

# The static library alone, as pkg-config tells it: nothing of linnet is left to load.
quietly c++ -std=c++20 "$work/consumer/main.cc" $(pkg-config --cflags linnet) -o "$work/static" \
  "$libdir/liblinnet.a" $(pkg-config --libs-only-l --static linnet | sed 's/-llinnet//')
echo "static: $("$work/static")"
if [ -x "$work/prefix/bin/linnet" ]; then
  echo "linnet: $("$work/prefix/bin/linnet" --version)"
fi
echo "install: $(find "$work/prefix" -type f | wc -l) files"
