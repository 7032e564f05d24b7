# Shell functions that the scripts share. Sourced with the repository's root as the current folder.

# say WORD...: one line for the person watching, on stderr.
say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# packages GROUP...: the Debian packages of these groups of packages.txt.
packages() {
  local group
  for group in "$@"; do
    awk -v group="$group" '$1 == group { print $2 }' scripts/lib/packages.txt
  done
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages GROUP...: installs what is missing and says so first; silent if nothing is.
need_packages() {
  [ -z "${LINNET_SKIP_SETUP:-}" ] || return 0
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "This system has no apt, so nothing is installed for you. linnet needs what Debian calls"
    say "  $(packages "$@" | tr '\n' ' ')"
    die "Install these, set LINNET_SKIP_SETUP=1 and run the same command again."
  fi
  local missing=() package
  for package in $(packages "$@"); do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "Packages are missing, and there is no sudo to install them. As root:
  apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "Installing with apt: ${missing[*]}"
  "${root[@]}" apt-get update -qq >&2
  local log
  log=$("${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" 2>&1) || {
    say "$log"
    die "apt could not install what is missing; its words are above."
  }
}

# configure PRESET [CMAKE ARGUMENT...]: prints CMake's words only if it fails.
configure() {
  local preset=$1 log
  shift
  log=$(cmake --preset "$preset" "$@" 2>&1) || {
    say "$log"
    return 1
  }
}

