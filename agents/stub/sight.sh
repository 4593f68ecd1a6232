
# Whether the process $1 runs (the dead, zombies too, have no exe), and is the one that it was when the sight was written: a pid that
# is used again has a new entry in /proc, which is not older. (The start time and state in /proc/PID/stat say the same, and cost a shell
# ten times as much to read.)
lives() {
  [ "$sight" -nt "/proc/$1" ] && [ -e "/proc/$1/exe" ]
}

# Ends with what the supervisor saw of the instance, or returns when there is any doubt about it.
answer_monitor() {
  local interval="${OCF_RESKEY_CRM_meta_interval-}" instance="${OCF_RESOURCE_INSTANCE-}"
  case $interval in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  case $instance in '' | *[!A-Za-z0-9_.:-]*) return ;; esac
  [ "${OCF_CHECK_LEVEL:-0}" = 0 ] || return
  local sight="/run/vnfha/sights/$instance" pass="/run/vnfha/passes/$instance"

  # The pass is this executor's, for these parameters and this process: a full monitor was content, and nothing was done to the
  # instance since. The sight is newer. (Only root writes in both directories; 'command' keeps a broken file from ending this.)
  [ -O "$pass" ] || return
  local for_executor= for_leader= for_parameters= for_code= for_until= wait
  command . "$pass" || return
  [ "$for_executor" = "$PPID" ] && [ "$for_parameters" = "@GIVEN@" ] || return

  # the role was changed in this moment, and the supervisor looks just now: to wait for it costs a failover less than to start Node
  [ -z "$for_until" ] || for wait in 1 2 3 4 5; do
    [ "$sight" -nt "$pass" ] && break
    sleep 0.1
  done
  [ -O "$sight" ] && [ "$sight" -nt "$pass" ] || return

  local title supervisor supervisor_began leader until rc now
  {
    read -r title && read -r supervisor supervisor_began && read -r leader && read -r until && read -r rc
  } <"$sight" || return
  [ "$title" = 'vnfha-sight 1' ] && [ "$leader" = "$for_leader" ] || return

  # nothing but health is answered here, and only in the role that Pacemaker expects
  case ${OCF_RESKEY_CRM_meta_role:-any},$rc in
    Promoted,8 | Master,8 | Unpromoted,0 | Slave,0 | Started,0 | any,0 | any,8) ;;
    *) return ;;
  esac

  # 0 0: a program that manages itself, no process of it is known
  lives "$supervisor" && { [ "$leader" = '0 0' ] || lives "${leader% *}"; } || return

  # its time is not over, and is one that this interval can have ([ refuses what is no number)
  read -r now </proc/uptime || return
  now=${now%%.*}
  [ -z "$for_until" ] || { [ "$now" -le "$for_until" ] && [ "$rc" = "$for_code" ]; } || return
  [ "$until" -ge "$now" ] && [ "$until" -le $((now + (interval + 999) / 1000 + 3)) ] && exit "$rc"
}
