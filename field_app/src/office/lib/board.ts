/**
 * The board's groups: what is going on, what is awaited, what is late. Pure.
 *
 * Neighbours: Board.svelte shows them; times are compared by the calendar of the organisation's zone. Invariants: every handover and
 * rental stands in at most one group of its kind; the order is the one a person works in (latest first, most overdue first).
 */

import { dueOf } from '$core/due';
import type { RecordOf } from '$core/types';
import { daysAway } from '$i18n/format';

type Handover = RecordOf<'handover'>;
type Rental = RecordOf<'rental'>;
type Device = RecordOf<'device'>;

export interface HandoverGroups {
  now: Handover[];
  waiting: Handover[];
  done: Handover[];
}

/** Files declared by the handover's entries which are neither here nor rejected. */
export function awaited(handover: Handover): number {
  const { declared, received, rejected } = handover.evidence;
  return Math.max(0, declared - received - rejected);
}

const newest = (a: Handover, b: Handover): number =>
  (b.completed_at ?? b.started_at).localeCompare(a.completed_at ?? a.started_at);

/** In progress, complete but awaiting files, and completed today with every file. */
export function groupHandovers(handovers: readonly Handover[], zone: string, now: string): HandoverGroups {
  const groups: HandoverGroups = { now: [], waiting: [], done: [] };
  for (const handover of handovers) {
    if (handover.state === 'started') {
      groups.now.push(handover);
    } else if (handover.state === 'complete') {
      if (awaited(handover) > 0) {
        groups.waiting.push(handover);
      } else if (daysAway(handover.completed_at ?? handover.started_at, zone, now) === 0) {
        groups.done.push(handover);
      }
    }
  }
  groups.now.sort(newest);
  groups.waiting.sort(newest);
  groups.done.sort(newest);
  return groups;
}

export type Lateness = 'overdue' | 'today' | 'soon';

/** How a rental stands to its due time; null when nothing is to be watched. Due tomorrow or the day after is `soon`. */
export function lateness(
  rental: Pick<Rental, 'state' | 'due_at'>,
  zone: string,
  now: string,
): Lateness | null {
  const due = dueOf(rental, zone, now);
  return due === null || due.state === 'later' ? null : due.state;
}

export type DueGroups = Record<Lateness, Rental[]>;

/** Rentals to come back, the longest overdue first. */
export function groupDue(rentals: readonly Rental[], zone: string, now: string): DueGroups {
  const groups: DueGroups = { overdue: [], today: [], soon: [] };
  for (const rental of rentals) {
    const group = lateness(rental, zone, now);
    if (group !== null) {
      groups[group].push(rental);
    }
  }
  for (const group of Object.values(groups)) {
    group.sort((a, b) => a.due_at.localeCompare(b.due_at));
  }
  return groups;
}

/** The assets of a rental that are still out. */
export function stillOut(rental: Rental): string[] {
  return Object.entries(rental.assets)
    .filter(([, line]) => line.state === 'out')
    .map(([asset]) => asset);
}

/** Whether a device had unsent work when it was last heard. */
export function hasUnsent(device: Device): boolean {
  return device.state === 'active' && device.pending.entries + device.pending.blobs > 0;
}

/** Devices with unsent work, the one silent for longest first. */
export function unsentDevices(devices: readonly Device[]): Device[] {
  return devices
    .filter((device) => device.type !== 'system' && hasUnsent(device))
    .sort((a, b) => (a.last_seen_at ?? '').localeCompare(b.last_seen_at ?? ''));
}
