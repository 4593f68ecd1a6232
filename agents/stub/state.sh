
# Ends with 0 when the instance is noted as started: that is all there is to know of it. Otherwise it returns.
answer_monitor() {
  local state instance="${OCF_RESOURCE_INSTANCE-}"
  case ${OCF_RESKEY_CRM_meta_interval-} in '' | 0* | *[!0-9]*) return ;; esac
  case $instance in '' | *[!A-Za-z0-9_.:-]*) return ;; esac
  [ -O "/run/vnfha/agents/$instance.json" ] || return
  read -r state <"/run/vnfha/agents/$instance.json" # a line without an end
  case $state in '{'*'"phase":"running"'*'}') exit 0 ;; esac
}
