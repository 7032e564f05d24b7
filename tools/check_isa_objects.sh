#!/usr/bin/env bash
# Proves that no two instruction sets share code: each object of src/kernels/<processor>/ defines one symbol,
# its table, and nothing that a linker could merge with that of another. An inline function in two of them
# would be kept once, perhaps with instructions that this processor lacks.
# usage: tools/check_isa_objects.sh BUILD_DIR [FOLDER_OF_OBJECTS...]
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
build=$1
shift
nm=${NM:-nm} readelf=${READELF:-readelf}

folders=("$@")
if [ ${#folders[@]} -eq 0 ]; then
  folders=("$build"/CMakeFiles/linnet_objects.dir/src/kernels/*/)
fi
objects=0 wrong=0
complain() {
  echo "$1: $2" >&2
  wrong=$((wrong + 1))
}
for object in $(find "${folders[@]}" -name '*.o' 2>/dev/null | sort); do
  objects=$((objects + 1))
  # Uppercase: global; u: unique; w and v, W and V: weak. B, D, R: data; .data.rel.ro counts as D.
  defined=$("$nm" -C --defined-only "$object" | cut -d' ' -f2- | grep '^[A-Zuvw] ' || true)
  if [ "$(grep -c . <<<"$defined")" -ne 1 ] || ! grep -q '^[BDR] ' <<<"$defined"; then
    complain "$object" "defines, instead of its table only:"
    sed 's/^/  /' <<<"${defined:-nothing}" >&2
  fi
  if "$readelf" -gW "$object" | grep -q 'COMDAT'; then
    complain "$object" "has COMDAT groups, which the linker merges with those of other objects"
  fi
done
echo "ISA objects: $objects objects, $wrong wrong"
[ "$objects" -gt 0 ] && [ "$wrong" -eq 0 ]
