
# Whether the process $1 that began at $2 lives, and is not stopped. Its name, in parentheses, may hold anything but a newline.
lives() {
  case $1,$2 in ,* | *, | *[!0-9,]*) return 1 ;; esac
  local stat began="$2"
  IFS= read -r stat <"/proc/$1/stat" || return 1
  set -- ${stat##*) }
  case $1 in R | S | D) [ "${20}" = "$began" ] ;; *) return 1 ;; esac
}

# Ends with what the supervisor saw of the instance, or returns when there is any doubt about it.
answer_monitor() {
  local interval="${OCF_RESKEY_CRM_meta_interval-}" instance="${OCF_RESOURCE_INSTANCE-}"
  case $interval in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  case ${OCF_CHECK_LEVEL:-0} in 0) ;; *) return ;; esac
  case $instance in '' | *[!A-Za-z0-9_.:-]*) return ;; esac
  local sight="/run/vnfha/sights/$instance" pass="/run/vnfha/passes/$instance"

  # the pass is this executor's, and the sight is newer: a full monitor was content, and nothing was done to the instance since
  local executor
  [ -O "$pass" ] && [ -O "$sight" ] && [ "$sight" -nt "$pass" ] && read -r executor <"$pass" || return
  case $PPID in 0 | 1) return ;; esac
  [ "$executor" = "$PPID" ] || return

  local title supervisor supervisor_began leader leader_began until rc parameters rest=
  {
    read -r title && read -r supervisor supervisor_began && read -r leader leader_began && read -r until && read -r rc &&
      IFS= read -r parameters || return
    read -r rest && return
  } <"$sight" || return
  [ "$title$rest" = 'vnfha-sight 1' ] || return # and nothing after it

  local given="@GIVEN@"
  [ "$parameters" = "${given#@SEPARATOR@}" ] || return

  # nothing but health is answered here, and only as Pacemaker expects it
  case $rc in 0 | 8) ;; *) return ;; esac
  [ "${OCF_RESKEY_CRM_meta_op_target_rc:-$rc}" = "$rc" ] || return

  lives "$supervisor" "$supervisor_began" || return
  if [ "$leader $leader_began" = '0 0' ]; then
    [ -n "${OCF_RESKEY_start-}" ] || return # only a self-managing program has no process that is known
  else
    lives "$leader" "$leader_began" || return
  fi

  # its time is not over, and is one that this interval can have
  local now
  read -r now rest </proc/uptime || return
  now=${now%.*}
  case $now in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  case $until in '' | 0* | *[!0-9]* | ??????????*) return ;; esac
  [ "$until" -ge "$now" ] && [ "$until" -le $((now + (interval + 999) / 1000 + 2)) ] && exit "$rc"
}
