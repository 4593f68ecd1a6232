#!/bin/sh
# ocf:vnfha:vip: a virtual IP address, IPv4 or IPv6. It does what ocf:heartbeat:IPaddr2 does for one address on one interface, with two or three
# starts of `ip` where that takes dozens of processes: a failover waits for a stop and a start of it. See docs/agents.md.
# No address is on two nodes as long as stop tells the truth: it says "stopped" only when the kernel says that the address isn't here.
export LC_ALL=C
resource=${OCF_RESOURCE_INSTANCE:-vip}
ip=${OCF_RESKEY_ip-}
prefix=${OCF_RESKEY_cidr_netmask-}
nic=${OCF_RESKEY_nic-}
count=${OCF_RESKEY_arp_count:-5}
interval=${OCF_RESKEY_arp_interval:-200}
haproxy=${OCF_RESKEY_drain-}
run=/run/vnfha/vip # of each announcer its pid and start time, and RESOURCE.held while new connections are held back

fail() { # CODE REASON
  echo "${OCF_EXIT_REASON_PREFIX-ocf-exit-reason:}$2" >&2
  exit "$1"
}

number() { # NAME VALUE LOW HIGH
  case $2 in '' | *[!0-9]* | ??????*) fail 6 "$1 is '$2', and has to be a number from $3 to $4" ;; esac
  [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || fail 6 "$1 is $2, and has to be from $3 to $4"
}

# What the parameters say, or the end.
read_parameters() {
  case $ip in
    '') fail 6 'the parameter ip is missing: the virtual address' ;;
    *[!0-9A-Fa-f:.]*) fail 6 "ip is '$ip', which is no address" ;;
    *:*) family=6 bits=128 ;;
    *[!0-9.]* | *.*.*.*.* | .* | *. | *..*) fail 6 "ip is '$ip', which is no address" ;;
    *.*.*.*) family=4 bits=32 ;;
    *) fail 6 "ip is '$ip', which is no address" ;;
  esac
  number cidr_netmask "$prefix" 1 "$bits"
  number arp_count "$count" 1 1000
  number arp_interval "$interval" 1 10000
  case $nic in *[!A-Za-z0-9_.:@-]* | ????????????????* | -*) fail 6 "nic is '$nic', which is no network interface" ;; esac
  case $haproxy in *[!A-Za-z0-9_.:-]*) fail 6 "drain is '$haproxy', which is no resource's name" ;; esac
  case $resource in *[!A-Za-z0-9_.:-]* | .*) fail 6 "'$resource' cannot be a resource's name" ;; esac
}

# Where the address is on this node: 'NIC ADDRESS/PREFIX FLAGS…' a line; nothing: it isn't here.
places() {
  local lines number name kind address rest
  lines=$(ip -o "-$family" addr show to "$ip/$bits" 2>&1) || fail 1 "the kernel can't be asked for its addresses: $lines"
  while read -r number name kind address rest; do
    [ -z "$address" ] || echo "${name%%@*} $address $rest"
  done <<END
$lines
END
}

# The interface whose network the address is in; the longest prefix of several.
find_nic() {
  local network word name rest best=-1
  [ -z "$nic" ] || return 0
  while read -r network word name rest; do
    case $network,$word in */*,dev) ;; *) continue ;; esac
    [ "${network##*/}" -gt "$best" ] && best=${network##*/} nic=$name
  done <<END
$(ip -o "-$family" route show match "$ip" 2>/dev/null)
END
  [ -n "$nic" ] || fail 5 "no network interface of this node is in the network of $ip: give nic, or the node an address there"
}

sender() {
  local directory name=send_arp
  [ "$family" = 4 ] || name=send_ua
  for directory in "${HA_BIN-}" /usr/libexec/heartbeat /usr/lib/heartbeat /usr/lib/heartbeat/bin; do
    [ -n "$directory" ] && [ -x "$directory/$name" ] && sender=$directory/$name && return
  done
  fail 5 "$name is not installed: it is in the package resource-agents, and tells the neighbours where the address is"
}

# Tells the neighbours, now and some times more, as one message may be lost. Nobody waits for it.
announce() {
  local began
  [ -d "$run" ] || mkdir -p "$run" || fail 1 "$run cannot be made"
  if [ "$family" = 4 ]; then
    set -- -i "$interval" -r "$count" -p "$run/$resource.sender" "$nic" "$ip" auto not_used not_used
  else
    set -- -i "$interval" -c "$count" "$ip" "$prefix" "$nic"
  fi
  "$sender" "$@" </dev/null >/dev/null 2>&1 &
  when_began "$!"
  echo "$! $began" >"$run/$resource"
}

# The start time of the process $1 (field 22 of its stat), into the variable began; nothing when there is none.
when_began() {
  local stat=
  began=
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
  set -- ${stat##*) }
  began=${20}
}

# Ends the announcer, by its pid and start time: a pid alone may be somebody else's by now, and its name is another until it has begun.
silence() {
  local pid= noted= began
  [ -e "$run/$resource" ] || return 0
  read -r pid noted <"$run/$resource"
  case $pid,$noted in ,* | *, | *[!0-9,]*) ;; *)
    when_began "$pid"
    if [ "$began" = "$noted" ]; then
      kill -KILL "$pid" 2>/dev/null
      while [ -e "/proc/$pid/exe" ]; do sleep 0.002; done # it must not speak for an address that somebody else has
    fi
    ;;
  esac
  rm -f "$run/$resource" "$run/$resource.sender"
}

# Whether that is once, on the interface and with the prefix that it should have. (The kernel writes an IPv6 address in its own way.)
right() {
  case $1 in
    *"
"*) return 1 ;;
    "$nic $ip/$prefix "* | "$nic "*:*"/$prefix "*) return 0 ;;
  esac
  return 1
}

# Of the IPv4 addresses of one network on an interface the first takes the others with it, unless the kernel is told to promote them.
keep_the_others() { # NIC
  local where promoted
  for where in all "$1"; do
    promoted=
    # such a file gives a shell its first character, and no end of the line: read fails all the same
    read -r promoted 2>/dev/null <"/proc/sys/net/ipv4/conf/$where/promote_secondaries"
    [ "$promoted" = 0 ] || return 0
  done
  { echo 1 >"/proc/sys/net/ipv4/conf/$1/promote_secondaries"; } 2>/dev/null ||
    echo "$1: promote_secondaries cannot be set; the other addresses of this network may go with $ip" >&2
}

# Takes the address from wherever it is on this node, and sees that it is gone.
take_away() {
  local said='' name address rest left
  while read -r name address rest; do
    [ -n "$name" ] || continue
    [ "$family" = 6 ] || keep_the_others "$name"
    said=$(ip "-$family" addr del "$address" dev "$name" 2>&1)
  done <<END
$1
END
  left=$(places) || exit
  [ -z "$left" ] || fail 1 "$ip is still on this node (${left%%
*}): ${said:-the kernel gives no reason}"
}

# Whether the HAProxy that serves the address runs on this node, by the note of its agent: only then it goes as planned.
served() {
  local note= pid
  [ -n "$haproxy" ] && [ -O "/run/vnfha/agents/$haproxy.json" ] || return 1
  read -r note <"/run/vnfha/agents/$haproxy.json" # a line without an end
  case $note in '{"leader":{"pid":'[1-9]*'"phase":"running"'*) ;; *) return 1 ;; esac
  pid=${note#'{"leader":{"pid":'}
  [ -e "/proc/${pid%%,*}/exe" ]
}

table() {
  echo "vnfha-$resource" | tr : _
}

# Has the connections end first, and new ones wait for the next owner of the address. Whatever comes of it, the address goes.
drain() {
  [ -d "$run" ] || mkdir -p "$run" || return 0
  : >"$run/$resource.held"
  node @LIB@/agents/drain.cjs "$ip" "$(table)" "$haproxy" || :
}

release() {
  [ -e "$run/$resource.held" ] || return 0
  nft delete table inet "$(table)" 2>/dev/null
  rm -f "$run/$resource.held"
}

start() {
  local here said flags
  sender
  find_nic
  here=$(places) || exit
  if ! right "$here"; then
    [ -z "$here" ] || take_away "$here"
    # IPv6: nobody else has it, Pacemaker's fencing sees to that, and a second's wait for duplicate address detection would be an outage
    set -- dev "$nic"
    [ "$family" = 4 ] || set -- "$@" nodad
    said=$(ip "-$family" addr add "$ip/$prefix" "$@" 2>&1) || fail 1 "$ip/$prefix cannot be added to $nic: $said"
  fi
  read -r flags 2>/dev/null <"/sys/class/net/$nic/flags" && [ $((flags & 1)) = 1 ] || ip link set "$nic" up ||
    fail 1 "the network interface $nic cannot be taken up"
  release
  silence
  announce
}

stop() {
  local here
  silence
  here=$(places) || exit
  if [ -n "$here" ]; then
    served && drain
    take_away "$here"
  fi
  release
}

monitor() {
  local here
  here=$(places) || exit
  case $here in
    '') exit 7 ;;
    *dadfailed*) fail 1 "another host has $ip: the kernel's duplicate address detection says so" ;;
  esac
  [ -n "$nic" ] || nic=${here%% *}
  right "$here" || fail 1 "$ip is on this node, but not just once as $ip/$prefix on $nic: ${here%% scope*}"
}

validate() {
  sender
  find_nic
  [ -e "/sys/class/net/$nic" ] || ip link show "$nic" >/dev/null 2>&1 || fail 5 "there is no network interface $nic on this node"
}

case ${1-} in
  meta-data) exec cat @LIB@/agents/vip.xml ;;
  start | stop | monitor | validate-all)
    command -v ip >/dev/null || fail 5 'the program ip is not installed (package iproute2)'
    read_parameters
    case $1 in validate-all) validate ;; *) "$1" ;; esac
    exit 0
    ;;
  usage | help)
    echo 'usage: vip {start|stop|monitor|validate-all|meta-data|usage}'
    echo 'Parameters are given as OCF_RESKEY_NAME in the environment.'
    exit 0
    ;;
  '') fail 2 'no action was named' ;;
  *) fail 3 "there is no action '$1'" ;;
esac
