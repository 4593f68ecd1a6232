
# Ends with what is to be said of an instance whose main process has ended with all that came of it, by the supervisor's word
# (src/supervisor/gone.ts); otherwise it returns. A failover waits for no Node then: the dead is demoted in this moment.
answer_gone() {
  local instance="${OCF_RESOURCE_INSTANCE-}"
  case $instance in '' | *[!A-Za-z0-9_.:-]*) return ;; esac
  local gone="/run/vnfha/gone/$instance" note="/run/vnfha/agents/$instance.json" pid began noted=
  [ -O "$gone" ] && [ -O "$note" ] || return
  read -r pid began <"$gone" || return
  case $pid,$began in ,* | *, | *[!0-9,]*) return ;; esac

  # it is of the process that the agent noted (without a parameter that could look the same: this is how a note begins)
  read -r noted <"$note" # a line without an end
  case $noted in "{\"leader\":{\"pid\":$pid,\"startTime\":$began}"*'}') ;; *) return ;; esac
  [ -e "/proc/$pid/exe" ] && return

  case $1,${OCF_RESKEY_CRM_meta_interval:-0},${OCF_RESKEY_CRM_meta_role-} in
    demote,0,*) # the dead are not active, and have no address
      [ -z "${OCF_RESKEY_address-}" ] && exit 0
      OCF_RESKEY_ip=$OCF_RESKEY_address OCF_RESKEY_cidr_netmask=${OCF_RESKEY_address_prefix-} OCF_RESKEY_nic= "${0%/*}/vip" stop && exit 0
      ;;
    stop,0,*) # the score of a promotable instance goes with it, which is more than a shell should do
      [ -z "${OCF_RESKEY_promote-}${OCF_RESKEY_address-}" ] && rm -f -- "/run/vnfha/passes/$instance" "/run/vnfha/sights/$instance" "$note" && exit 0
      ;;
    monitor,0,* | monitor,*[!0-9]*,*) ;;
    monitor,*,Unpromoted | monitor,*,Slave)
      [ -z "${OCF_RESKEY_address-}" ] || return
      sleep 0.5 # Pacemaker is about to promote another; a failure in the midst of it would have it plan anew
      exit 7
      ;;
  esac
}
