#!/bin/sh
# Installs Debian packages where this account may, as root or with a sudo that asks for no password.
# Goes in: why they are needed, then their names. Comes out: exit code 0, or 1 after one sentence that says what to install.
why=$1
shift

as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
export DEBIAN_FRONTEND=noninteractive

may_install() { command -v apt-get && { [ -z "$as_root" ] || $as_root true; }; }
install() { $as_root apt-get install -y -q --no-install-recommends "$@"; }

if may_install >/dev/null 2>&1 </dev/null; then
    echo "Installing $* with apt-get: $why"
    log=$(mktemp)
    # The lists of a fresh machine are empty or old, so a first failure only means that they must be fetched.
    if { install "$@" || { $as_root apt-get update -q && install "$@"; }; } >"$log" 2>&1 </dev/null; then
        rm "$log"
        exit 0
    fi
    tail -n 3 "$log" >&2
    rm "$log"
fi
echo "Please install $* ($why), on Debian with: sudo apt-get install $*" >&2
exit 1
