/**
 * English: the components' own words and the words every screen shares.
 *
 * Neighbour: ../zh/common.ts. The keys are exactly the Chinese ones: a missing or extra one is a type error.
 */
import type { common as zh } from '../zh/common';

export const common: Readonly<Record<keyof typeof zh, string>> = {
  'common.save': 'Save',
  'common.continue': 'Continue',
  'common.saveContinue': 'Save and continue',
  'common.cancel': 'Cancel',
  'common.close': 'Close',
  'common.back': 'Back',
  'common.done': 'Done',
  'common.next': 'Next',
  'common.retry': 'Try again',
  'common.retryNow': 'Retry now',
  'common.edit': 'Edit',
  'common.delete': 'Delete',
  'common.add': 'Add',
  'common.clear': 'Clear',
  'common.undo': 'Undo',
  'common.search': 'Search',
  'common.export': 'Export',
  'common.print': 'Print',
  'common.yes': 'Yes',
  'common.no': 'No',
  'common.all': 'All',
  'common.none': 'None',
  'common.more': 'More',
  'common.details': 'Details',
  'common.open': 'Open',
  'common.loading': 'Opening…',
  'common.saved': 'Saved',
  'common.required': 'Required',
  'common.optional': 'Optional',
  'common.unknown': 'Unknown',
  'common.today': 'Today',
  'common.total': 'Total',
  'common.language': 'Language',
  'common.and': 'and',
  'common.of': '{at} / {count}',

  'truth.ok': 'Everything is uploaded',
  'truth.unsent': 'Not uploaded:',
  'truth.sending': 'Uploading:',
  'truth.offline': 'No network. Not uploaded:',
  'truth.offlineOk': 'No network. Everything is uploaded',
  'truth.entries': '{n} {n|record|records}',
  'truth.photos': '{n} {n|photo|photos}',
  'truth.open': 'Open the sync centre',

  'steps.at': 'Step {at} of {count}',
  'steps.done': 'All {count} {count|step|steps} done',

  'stage.done': 'done',
  'stage.now': 'now',
  'stage.next': 'to come',
  'stage.stopped': 'sent back',

  'hold.hint': 'Press and hold until it fills',
  'hold.keepHolding': 'Keep holding',
  'hold.left': 'Keep holding {seconds} s',

  'notice.safe': 'What is safe',
  'notice.todo': 'What to do',
  'notice.code': 'Code {code}',

  'pad.delete': 'Delete one',
  'pad.clear': 'Clear all',
  'pad.last': 'Last {value}',

  'pin.entered': '{n} of {length} digits entered',
  'pin.wait': 'Too many wrong tries. Try again in {seconds} s',
  'pin.waitSafe': 'Your records are safe on this device.',
  'pin.checking': 'Checking…',

  'sign.here': 'Please sign here',
  'sign.again': 'Sign again',
  'sign.empty': 'Not signed yet',
  'sign.drawn': 'Signed',

  'compare.label': 'Before and after: drag left or right',
  'compare.before': 'Check-out',
  'compare.after': 'Check-in',
  'compare.at': '{percent}% of the after picture shown',

  'table.sortUp': 'Sort by {column}, ascending',
  'table.sortDown': 'Sort by {column}, descending',
  'table.empty': 'Nothing here matches',
  'table.rows': '{n} {n|row|rows}',

  'nav.main': 'Main navigation',
  'nav.more': 'More',
  'nav.count': '{n} waiting',
  'nav.skip': 'Skip to the content',

  'qr.alt': 'QR code: {label}',

  'theme.title': 'Display',
  'theme.light': 'Light',
  'theme.dark': 'Dark',
  'theme.auto': 'Like the device',
  'theme.normal': 'Normal text',
  'theme.large': 'Large text',
  'theme.ground': 'Ground',
  'theme.size': 'Text size',

  'toast.region': 'Messages',

  'confirm.second': 'I have checked this and it is right',

  'unit.km': 'km',
  'unit.percent': '%',
  'unit.hours': 'h',
  'unit.cm': 'cm',
};
