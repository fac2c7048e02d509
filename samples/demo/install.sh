# Installing Debian packages, shared by demo.sh and tests/run.sh (sourced).
# Servers are installed without being started or enabled: a policy-rc.d refuses
# that while apt-get works, and is gone afterwards.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh

BUILD_PACKAGES="build-essential cmake ninja-build pkg-config
  android-libboringssl-dev libc-ares-dev libcsv-dev libsqlite3-dev libidn2-dev
  libunistring-dev zlib1g-dev libinih-dev libseccomp-dev ca-certificates"

missing_packages() { # missing_packages NAME...
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
      grep -q "install ok installed" || printf '%s ' "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    echo "These packages must be installed by root; run as root or install sudo." >&2
    return 1
  fi
}

# A policy of the administrator's own is left as it is.
POLICY=/usr/sbin/policy-rc.d
policy_on() {
  POLICY_OURS=no
  if [ ! -e $POLICY ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $POLICY >/dev/null
    as_root chmod 755 $POLICY
    POLICY_OURS=yes
  fi
}
policy_off() {
  [ "${POLICY_OURS:-no}" = no ] || as_root rm -f $POLICY
  POLICY_OURS=no
}

# install_packages NAME...: names what is missing, then installs it.
install_packages() {
  # shellcheck disable=SC2046
  set -- $(missing_packages "$@")
  [ $# -ne 0 ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing: $*. This system has no apt-get: install them by hand." >&2
    return 1
  fi
  echo "Installing from Debian (nothing is started or enabled): $*"
  policy_on
  trap policy_off EXIT INT TERM
  status=0
  # One look-up of the package lists, also when they are old.
  as_root apt-get update -qq || status=$?
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "$@" >/dev/null || status=$?
  policy_off
  trap - EXIT INT TERM
  return $status
}
