# run_in_spaces COMMAND...: runs it in namespaces of its own, for processes,
# networks and mounts, and ends the shell with its exit code (sourced). All that
# it started ends with it. Needs root, or a kernel that lets users have their
# own. SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2086
run_in_spaces() {
  spaces="--net --mount --pid --fork --mount-proc --kill-child"
  [ "$(id -u)" -eq 0 ] || spaces="--user --map-root-user $spaces"
  if ! unshare $spaces true 2>/dev/null; then
    echo "No namespaces for this account: run as root." >&2
    exit 2
  fi
  unshare $spaces "$@" &
  spaces=$!
  # unshare itself ignores signals; who has to clean up is its child.
  trap 'xargs kill <"/proc/$spaces/task/$spaces/children"' INT TERM
  status=0
  wait "$spaces" || status=$?
  while kill -0 "$spaces" 2>/dev/null; do # after a signal
    wait "$spaces" || status=$?
  done
  exit "$status"
}
