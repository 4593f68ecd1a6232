/**
 * Fault notifications (SOL003 §7.5.2.5, §7.5.2.6): an alarm for each incident, and its clearing. An alarm's id is the incident's, and
 * a notification's id follows from it, so that one that comes twice is known for the same.
 */
import type { ClearedAlarm, RaisedAlarm } from './adapter.ts';

/** The body of an AlarmNotification about the VNF with `vnfInstanceId`. */
export function alarmNotification(alarm: RaisedAlarm, vnfInstanceId: string, url: string): object {
  const time = timeOf(alarm.raisedAt);
  return {
    id: `${alarm.id}-raised`,
    notificationType: 'AlarmNotification',
    subscriptionId: 'vnfha',
    timeStamp: time,
    alarm: {
      id: alarm.id,
      managedObjectId: vnfInstanceId,
      ...(alarm.vnfcInstanceId === undefined ? {} : { vnfcInstanceIds: [alarm.vnfcInstanceId] }),
      alarmRaisedTime: time,
      ackState: 'UNACKNOWLEDGED',
      perceivedSeverity: alarm.severity,
      eventTime: time,
      eventType: 'PROCESSING_ERROR_ALARM',
      faultType: 'VNFC_FAILURE',
      probableCause: `${alarm.vnfc} on ${alarm.node} ${alarm.reason}; Pacemaker does not recover it`,
      isRootCause: true,
      faultDetails: [`vnfc=${alarm.vnfc}`, `node=${alarm.node}`],
      _links: links(alarm.id, url),
    },
    _links: { subscription: { href: url } },
  };
}

/** The body of the AlarmClearedNotification for it. */
export function alarmClearedNotification(alarm: ClearedAlarm, url: string): object {
  const time = timeOf(alarm.clearedAt);
  return {
    id: `${alarm.id}-cleared`,
    notificationType: 'AlarmClearedNotification',
    subscriptionId: 'vnfha',
    timeStamp: time,
    alarmId: alarm.id,
    alarmClearedTime: time,
    _links: { alarm: { href: `${url}/${alarm.id}` }, subscription: { href: url } },
  };
}

const links = (id: string, url: string) => ({ self: { href: `${url}/${id}` } });
const timeOf = (ms: number): string => new Date(ms).toISOString();
