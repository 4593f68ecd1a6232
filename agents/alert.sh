#!/bin/sh
# The Pacemaker alert agent. Pacemaker runs it for every operation of every resource, on the node where it was done, in the midst of a
# recovery too, so it starts no Node and no other process: the operations that went as they should, nearly all, end here (nobody waits
# for them: who is re-admitted is said by the lb-member agent), and the others are left with the supervisor of this node, which
# is in the group already. Only where none runs, or that can't be done, the program beside this one says it itself. See docs/agents.md.
if [ "$CRM_alert_kind" = resource ] && [ "$CRM_alert_rc" = "$CRM_alert_target_rc" ]; then exit 0; fi
run=/run/vnfha

# One file, whole when it ends with 'end'; never over another's.
leave_with_supervisor() {
  read -r pid <"$run/supervisor.pid" && [ -d "/proc/$pid" ] || return 1
  umask 077
  set -C
  printf '%s\0' \
    "CRM_alert_kind=$CRM_alert_kind" \
    "CRM_alert_node=$CRM_alert_node" \
    "CRM_alert_desc=$CRM_alert_desc" \
    "CRM_alert_rsc=$CRM_alert_rsc" \
    "CRM_alert_task=$CRM_alert_task" \
    "CRM_alert_interval=$CRM_alert_interval" \
    "CRM_alert_rc=$CRM_alert_rc" \
    "CRM_alert_target_rc=$CRM_alert_target_rc" \
    "CRM_alert_attribute_name=$CRM_alert_attribute_name" \
    "CRM_alert_attribute_value=$CRM_alert_attribute_value" \
    "CRM_alert_timestamp_epoch=$CRM_alert_timestamp_epoch" \
    "CRM_alert_timestamp_usec=$CRM_alert_timestamp_usec" \
    end >"$run/alerts/$$"
}

leave_with_supervisor 2>/dev/null || exec "${0%/*}/alert.cjs"
