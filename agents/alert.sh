#!/bin/sh
# The Pacemaker alert agent. Pacemaker runs it for every operation of every resource, on the node where it was done, in the midst of a
# recovery too: so the operations that went as they should, nearly all, end here, without a start of Node. Nobody waits for
# them: who is re-admitted is said by the lb-member agent.
if [ "$CRM_alert_kind" = resource ] && [ "$CRM_alert_rc" = "$CRM_alert_target_rc" ]; then exit 0; fi
exec "${0%/*}/alert.cjs"
