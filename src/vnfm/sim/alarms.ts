/** What was posted to /alarms, in order, and which alarms still stand. */
import type { Body } from './routes.ts';

export class Alarms {
  readonly notifications: Body[] = [];
  readonly #standing = new Map<string, Body>();

  /** Takes a notification; false: it isn't one. */
  take(notification: Body): boolean {
    const { notificationType, alarm, alarmId } = notification;
    if (notificationType === 'AlarmNotification' && typeof (alarm as Body | undefined)?.id === 'string') {
      this.#standing.set((alarm as { id: string }).id, alarm as Body);
    } else if (notificationType === 'AlarmClearedNotification' && typeof alarmId === 'string') {
      this.#standing.delete(alarmId);
    } else return false;
    this.notifications.push(notification);
    return true;
  }

  get standing(): readonly Body[] {
    return [...this.#standing.values()];
  }
}
