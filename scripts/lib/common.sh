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

# as_root COMMAND...: runs it as root, through sudo if need be.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    command -v sudo >/dev/null || die "There is no sudo. Run this as root, then the script again:
  $*"
    sudo "$@"
  fi
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

  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || die "Missing, and no sudo to install it. As root:
  apt-get install ${missing[*]}"
  say "Installing with apt: ${missing[*]}"
  as_root apt-get update -qq >&2
  local log
  log=$(as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" 2>&1) || {
    say "$log"
    die "apt could not install what is missing; its words are above."
  }
}

# need_architecture NAME: lets apt install another processor's packages.
need_architecture() {
  [ -z "${LINNET_SKIP_SETUP:-}" ] || return 0
  command -v dpkg >/dev/null || die "Cross-building needs Debian's packages for $1."
  dpkg --print-foreign-architectures | grep -qx "$1" && return 0
  say "Adding $1 to dpkg's architectures"
  as_root dpkg --add-architecture "$1"
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

