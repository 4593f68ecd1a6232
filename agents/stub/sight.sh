
# Whether the process $1 is the one that it was when the sight was written: a pid that is used again has a new entry in /proc,
# which is not older. (The start time in /proc/PID/stat says the same, and costs a shell ten times as much.)
is_the_same() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$sight" -nt "/proc/$1" ]
}

# Whether the process $1 runs: neither dead nor stopped.
runs() {
  local key state rest
  while read -r key state rest; do
    case $key in
      Name: | Umask:) ;;
      State:) break ;;
      *) return 1 ;;
    esac
  done <"/proc/$1/status" || return 1
  case $state in R | S | D) ;; *) return 1 ;; esac
}

# Ends with what the supervisor saw of the instance, or returns when there is any doubt about it.
answer_monitor() {
  local interval="${OCF_RESKEY_CRM_meta_interval-}" instance="${OCF_RESOURCE_INSTANCE-}"
  case $interval in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  case ${OCF_CHECK_LEVEL:-0} in 0) ;; *) return ;; esac
  case $instance in '' | *[!A-Za-z0-9_.:-]*) return ;; esac
  local sight="/run/vnfha/sights/$instance" pass="/run/vnfha/passes/$instance"

  # The pass is this executor's, for these parameters and this process: a full monitor was content, and nothing was done to the
  # instance since. The sight is newer. (Only root writes in both directories; 'command' keeps a broken file from ending this.)
  [ -O "$pass" ] && [ -O "$sight" ] && [ "$sight" -nt "$pass" ] || return
  local for_executor= for_leader= for_parameters=
  command . "$pass" || return
  case $PPID in 0 | 1) return ;; esac
  [ "$for_executor" = "$PPID" ] || return
  [ "$for_parameters" = "@GIVEN@" ] || return

  local title supervisor supervisor_began leader until rc
  {
    read -r title && read -r supervisor supervisor_began && read -r leader && read -r until && read -r rc
  } <"$sight" || return
  [ "$title" = 'vnfha-sight 1' ] || return
  [ "$leader" = "$for_leader" ] || return

  # nothing but health is answered here, and only in the role that Pacemaker expects
  case ${OCF_RESKEY_CRM_meta_role:-any},$rc in
    Promoted,8 | Master,8 | Unpromoted,0 | Slave,0 | Started,0 | any,0 | any,8) ;;
    *) return ;;
  esac

  is_the_same "$supervisor" && runs "$supervisor" || return
  if [ "$leader" != '0 0' ]; then # 0 0: a program that manages itself, no process of it is known
    leader=${leader% *}
    is_the_same "$leader" && [ -e "/proc/$leader/exe" ] || return # the dead, zombies too, have none
  fi

  # its time is not over, and is one that this interval can have
  local now
  read -r now </proc/uptime || return
  now=${now%%.*}
  case $now in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  case $until in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  [ "$until" -ge "$now" ] && [ "$until" -le $((now + (interval + 999) / 1000 + 2)) ] && exit "$rc"
}
