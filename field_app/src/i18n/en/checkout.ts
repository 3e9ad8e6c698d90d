/**
 * English: what a check-out says otherwise than a check-in; laid over checkin.ts while one is on the screen.
 *
 * Neighbours: ../zh/checkout.ts defines the keys.
 */
import type { checkout as zh } from '../zh/checkout';

export const checkout: Readonly<Record<keyof typeof zh, string>> = {
  'wizard.abandon': 'Give this check-out up',
  'wizard.abandonTitle': 'Give this check-out up?',
  'wizard.abandonText': 'Photos and readings stay on record, but this check-out will not go on.',
  'wizard.opening': 'Opening this check-out…',

  'changed.text':
    'All you recorded is safe. Not handed over yet: stop and ask the office. Gone already: finish as usual, it counts as yours.',

  'meters.last': '{value} {unit} last time',
  'meters.below': '{gap} less than last time',

  'shots.align': 'Line up with the last photo ({date})',
  'shots.ghost': 'Last photo',
  'shots.ghostOn': 'Show the last photo',
  'shots.ghostNone': 'No earlier photo to compare with',
  'shots.ghostAway': 'The earlier picture is not on this device yet; it appears once online',

  'damages.known': '{n} known',
  'damages.same': 'Nothing new, all there',
  'damages.sameOnly': 'Nothing new',
  'damages.noneKnown': 'No known damage',
  'damages.before': 'Last {date}',
  'damages.after': 'Now {date}',
  'damages.onlyNow': 'No earlier photo, only this one',
  'compare.before': 'Last time',
  'compare.after': 'Now',

  'acceptanceNote.intact': 'No damage',
  'acceptanceNote.minor_damage': 'Small damage, on record',
  'acceptanceNote.severe_damage': 'Should not leave: ask the office',

  'review.damages': 'Damage seen now',
  'review.state': 'State at check-out',
  'review.hold': 'Hold to confirm: {state}',
  'review.compare': 'Last time and now compared',

  'pass.backText': 'The confirmed state is void then and must be confirmed again.',

  'customer.asset': 'Vehicle handed over',
  'customer.state': 'State at check-out',
  'customer.before': '{value} last time',
  'customer.damages': 'Damage seen today',
  'customer.noDamages': 'No damage seen today',
  'customer.knownDamages': '{n} known before, not held against you:',
  'customer.terms': 'Check-out terms',

  'staff.finish': 'Sign and complete',
  'staff.complete': 'Complete the check-out',

  'receipt.title': 'Check-out complete',
  'receipt.qrText': 'Check-out receipt',
};
