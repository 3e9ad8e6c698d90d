/**
 * English: the field app's screens.
 *
 * Neighbour: ../zh/field.ts. The keys are exactly the Chinese ones: a missing or extra one is a type error.
 */
import type { field as zh } from '../zh/field';

export const field: Readonly<Record<keyof typeof zh, string>> = {
  'today.title': 'Today',
  'today.scan': 'Scan to start',
  'today.overdue': 'Overdue',
  'today.morning': 'Morning',
  'today.afternoon': 'Afternoon',
  'today.later': 'Later',
  'today.empty': 'No tasks today',
  'today.emptyText': 'Tasks given to you appear here. You can also start by scanning.',
  'today.overdueBy': '{days} {days|day|days} overdue',

  'gate.title': 'Upload first, then start',
  'gate.sending': 'Uploading {entries} {entries|record|records} · {photos} {photos|photo|photos}',
  'gate.entries': 'records',
  'gate.photos': 'photos',
  'gate.left': 'about {time}',
  'gate.connect': 'Connect to Wi-Fi and try again',
  'gate.safe': 'Your records are safe on this device.',
  'gate.retryIn': 'Trying again in {seconds} s.',
  'gate.finish': 'Finish the handover in progress',
  'gate.signed': 'Acknowledged by the server',
  'gate.waiting': 'Waiting',

  'scan.title': 'Scan',
  'scan.aim': 'Point at the code on the asset',
  'scan.type': 'Type it in',
  'scan.torch': 'Torch',

  'shot.of': '{at} / {count} {slot}',
  'shot.align': 'Line up with the orange outline (check-out, {date})',
  'shot.overlap': 'Overlap',
  'shot.damage': 'Damage',
  'shot.take': 'Take the photo',

  'damage.title': 'Mark the damage',
  'damage.type': 'Type',
  'damage.severity': 'Severity',
  'damage.photos': 'Photos',
  'damage.wide': 'Wide',
  'damage.close': 'Close',
  'damage.new': 'New this time',
  'damage.known': 'There at check-out',

  'customer.title': 'Please confirm',
  'customer.agree': 'I agree',
  'customer.reserve': 'I object, with a reservation',
  'customer.refuse': 'I refuse to sign',
  'customer.finish': 'Finish signing',
  'customer.signAs': 'Signature · {role}',
  'customer.leave': 'Leaving needs a staff PIN',

  'final.hold': 'Hold to confirm the return',

  'sync.title': 'Sync centre',
  'sync.export': 'Export a file',

  'enrol.title': 'Enrol this device',
  'enrol.scan': 'Scan the code from the office',
  'enrol.type': 'Type the code',
  'enrol.setPin': 'Set a PIN',

  'pin.title': 'Enter your PIN',
};
