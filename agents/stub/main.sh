#!/bin/sh
# ocf:vnfha:@NAME@: a stub. The agent is @LIB@/agents/@NAME@.cjs, for Node; what a shell can answer
# without starting a process, it answers here, and whatever is not exactly as it must be goes on to Node. See docs/agents.md.
# (Made by scripts/agents.mjs from agents/stub/*.sh, where more is said.)
@ANSWER@
[ "${1-}" != monitor ] || answer_monitor 2>/dev/null
lib=@LIB@/agents
@ELSE@
case ${1-} in
  monitor) @GONE@ ;;
  demote | stop) @GONE@ ;;
  meta-data) [ -r "$lib/@NAME@.xml" ] && exec cat "$lib/@NAME@.xml" ;;
esac
if ! command -v node >/dev/null; then
  echo "${OCF_EXIT_REASON_PREFIX-ocf-exit-reason:}Node.js is not installed (20.19 or later is needed)" >&2
  exit 5
fi
unset NODE_EXTRA_CA_CERTS # Node would read them at every start, and no agent verifies a certificate
exec node "$lib/@NAME@.cjs" "$@"
