#!/usr/bin/env bash
# Proves from the symbol tables that the shared library exports linnet's public names only, and that neither
# library can open a socket. usage: tools/check_exports.sh SHARED_LIBRARY STATIC_LIBRARY
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,3p' "$0" >&2; exit 2; }
nm=${NM:-nm}
wrong=0

exported=$("$nm" -DC --defined-only "$1" | cut -d' ' -f3-)
[ -n "$exported" ] || { echo "$1 exports nothing" >&2; exit 1; }
public='^((typeinfo|typeinfo name|vtable|guard variable) for )?linnet::[^:]'
inner='^linnet::(\w+::Impl|[a-z_]+)::'  # Sub-namespaces are lower case, public types are not.
called='^linnet::detail::'              # By the templates of the public headers.
stray=$(grep -vE "$public" <<<"$exported" || true
        grep -E "$inner" <<<"$exported" | grep -vE "$called" || true)
if [ -n "$stray" ]; then
  printf '%s exports what is no public name:\n%s\n' "$1" "$(head -20 <<<"$stray")" >&2
  wrong=1
fi

sockets='socket|socketpair|connect|bind|listen|accept4?|send(to|msg|mmsg)?|recv(from|msg|mmsg)?|getaddrinfo'
check_sockets() {
  local found
  found=$("$nm" --undefined-only "$@" | awk '{ print $NF }' | sed 's/@.*//' | grep -xE "$sockets" || true)
  if [ -n "$found" ]; then
    printf '%s uses sockets: %s\n' "${!#}" "${found//$'\n'/ }" >&2
    wrong=1
  fi
}
check_sockets -D "$1"
check_sockets "$2"
[ $wrong -eq 0 ] && echo "exports: $(wc -l <<<"$exported") public names, no socket function"
