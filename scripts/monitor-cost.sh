#!/bin/bash
# monitor-cost.sh ROOT CALLS: the CPU of a recurring monitor, agent by agent: what monitor-cost.ts runs in namespaces of its
# own. This shell is the executor, the parent of every call. It prints AGENT, USER, SYSTEM: seconds for all calls.
set -euo pipefail
root=$1
calls=$2
resources=/usr/lib/ocf/resource.d/vnfha
mount -t overlay -o "lowerdir=$root/usr/lib:/usr/lib" overlay /usr/lib # as if it were installed
for dir in /run /var/log /tmp; do mount -t tmpfs tmpfs "$dir"; done
mkdir -p /run/resource-agents /run/vnfha/sights
ip link set lo up
ip address add 127.9.9.9/8 dev lo
export OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=one OCF_RESKEY_CRM_meta_timeout=20000

spent() { # the user and system seconds of all that was waited for so far; a subshell would say its own
  times >/tmp/times
  local user system
  { read -r && read -r user system; } </tmp/times
  echo "$user $system" | sed 's/\([0-9]*\)m\([0-9.]*\)s/\1*60+\2/g' >/tmp/spent
}
measure() { # NAME PROGRAM: its monitor must be content
  OCF_RESKEY_CRM_meta_interval=600000 "$2" monitor >/dev/null 2>&1 || { echo "$1: its monitor says $?" >&2; exit 1; }
  export OCF_RESKEY_CRM_meta_interval=600000
  spent
  local before after i
  before=$(</tmp/spent)
  for ((i = 0; i < calls; i++)); do "$2" monitor >/dev/null 2>&1; done
  spent
  after=$(</tmp/spent)
  echo "$1 $before $after"
  unset OCF_RESKEY_CRM_meta_interval
}
began() { # field 22 of /proc/PID/stat
  local stat
  read -r stat <"/proc/$1/stat"
  set -- ${stat##*) }
  echo "${20}"
}

# what the supervisor would write of an instance that it finds healthy; newer than all that it is compared with
show_sight() { # LEADER
  local now sight=/run/vnfha/sights/one
  read -r now _ </proc/uptime
  until [[ $sight -nt /proc/$1 && $sight -nt /proc/$supervisor && $sight -nt /run/vnfha/passes/one ]]; do
    {
      printf 'vnfha-sight 1\n%s %s\n' "$supervisor" "$(began "$supervisor")"
      printf '%s %s\n%s\n0\n%s\n' "$1" "$(began "$1")" $((${now%.*} + 602)) "name=$OCF_RESKEY_name"
    } >$sight
  done
}

"$resources/lb-member" >/dev/null 2>&1 || true # warms the page cache
sleep infinity &
supervisor=$!
export OCF_RESKEY_name=store OCF_RESKEY_run='sleep infinity' OCF_RESKEY_user=root
export OCF_RESKEY_check_command='true --port 7001 --as-long-as-a-usual-command'
"$resources/vnfc" start
OCF_RESKEY_CRM_meta_interval=600000 "$resources/vnfc" monitor # gives the pass
leader=$(sed 's/.*"pid":\([0-9]*\).*/\1/' /run/vnfha/agents/one.json)
measure vnfc-without-sight "$resources/vnfc"
show_sight "$leader"
measure vnfc "$resources/vnfc"
unset OCF_RESKEY_name OCF_RESKEY_run OCF_RESKEY_user OCF_RESKEY_check_command
echo '{"phase":"running","agent":"lb-member"}' >/run/vnfha/agents/one.json
measure lb-member "$resources/lb-member"
/usr/lib/ocf/resource.d/heartbeat/Dummy start
measure Dummy /usr/lib/ocf/resource.d/heartbeat/Dummy
export OCF_RESKEY_ip=127.9.9.9 OCF_RESKEY_cidr_netmask=8 OCF_RESKEY_nic=lo
measure IPaddr2 /usr/lib/ocf/resource.d/heartbeat/IPaddr2
kill "$supervisor" "$leader"
