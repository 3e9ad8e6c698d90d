/**
 * English: the office's pages.
 *
 * Neighbour: ../zh/office.ts. The keys are exactly the Chinese ones: a missing or extra one is a type error.
 */
import type { office as zh } from '../zh/office';

export const office: Readonly<Record<keyof typeof zh, string>> = {
  'office.board': 'Board',
  'office.handovers': 'Handovers',
  'office.approvals': 'Approvals',
  'office.assets': 'Assets',
  'office.customers': 'Customers',
  'office.rentals': 'Rentals',
  'office.repairs': 'Repairs',
  'office.conflicts': 'Conflicts',
  'office.devices': 'Devices',
  'office.people': 'People',
  'office.signIn': 'Sign in',
  'office.signOut': 'Sign out',
  'office.name': 'User name',
  'office.password': 'Password',

  'proof.entryOf': 'Record {n} of {count}',
  'proof.chainOk': 'chain verified',
  'proof.onItsWay': 'Still on its way: {photos} {photos|photo|photos}',

  'device.lastSeen': 'Last seen',
  'device.unsent': 'Unsent',
  'device.version': 'Version',
  'device.revoke': 'Revoke the device',
  'device.enrol': 'Enrol a device',
};
