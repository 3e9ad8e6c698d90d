/**
 * English: failures the device itself meets: `<code>.what`, `.safe`, `.todo`. The server's codes carry their own sentences (generated from schemas/errors.py).
 *
 * Neighbour: ../zh/errors.ts. The keys are exactly the Chinese ones: a missing or extra one is a type error.
 */
import type { errors as zh } from '../zh/errors';

export const errors: Readonly<Record<keyof typeof zh, string>> = {
  'error.network.what': 'Connect to Wi-Fi and try again',
  'error.network.safe': 'Your records are safe on this device.',
  'error.network.todo': 'The app tries again by itself; you can also retry now.',

  'error.server_away.what': 'The server does not answer',
  'error.server_away.safe': 'Your records are safe on this device.',
  'error.server_away.todo': 'The app tries again by itself; call the office if it goes on.',

  'error.camera_denied.what': 'The browser does not allow the camera',
  'error.camera_denied.safe': 'Photos already taken are safe.',
  'error.camera_denied.todo': 'Allow the camera for this app in the browser settings, or type the number in.',

  'error.camera_missing.what': 'No working camera was found',
  'error.camera_missing.safe': 'Photos already taken are safe.',
  'error.camera_missing.todo': 'Close other apps that use the camera, or use another device.',

  'error.camera_lost.what': 'The camera was taken by another app or stopped',
  'error.camera_lost.safe': 'Photos already taken are safe.',
  'error.camera_lost.todo': 'Tap to continue; the camera opens again.',

  'error.photo_blurred.what': 'This photo is blurred',
  'error.photo_blurred.safe': 'Earlier photos are safe.',
  'error.photo_blurred.todo':
    'Hold still and take it again; if it cannot be sharper, give a reason and use it.',

  'error.photo_dark.what': 'This photo is too dark',
  'error.photo_dark.safe': 'Earlier photos are safe.',
  'error.photo_dark.todo':
    'Switch the torch on and take it again; if it cannot be brighter, give a reason and use it.',

  'error.storage_full.what': 'This device is out of space; the new photo was not saved',
  'error.storage_full.safe': 'Earlier records and photos are safe.',
  'error.storage_full.todo': 'Upload first, or free space on the device.',

  'error.storage_low.what': 'Space is running out: {left} left',
  'error.storage_low.safe': 'Records and photos are safe.',
  'error.storage_low.todo': 'Connect and upload soon.',

  'error.storage_failed.what': 'This device could not write',
  'error.storage_failed.safe': 'What was saved before is safe; this step was not saved.',
  'error.storage_failed.todo': 'Tap again; if it fails again, export your records and call the office.',

  'error.not_persistent.what': 'The browser may clear this app’s data',
  'error.not_persistent.safe': 'Your records are here now.',
  'error.not_persistent.todo': 'Add the app to the home screen and upload soon.',

  'error.unsent_long.what': 'Records have not been uploaded for {days} {days|day|days}',
  'error.unsent_long.safe': 'They are on this device now.',
  'error.unsent_long.todo': 'Connect and upload today, before the system clears them.',

  'error.tag_unknown.what': 'This code is not known',
  'error.tag_unknown.safe': 'Nothing was changed.',
  'error.tag_unknown.todo': 'Scan the tag on the asset, or type its number.',

  'error.tag_foreign.what': 'This code belongs to another company',
  'error.tag_foreign.safe': 'Nothing was changed.',
  'error.tag_foreign.todo': 'Scan a tag of your own company.',

  'error.asset_wrong.what': 'This is not the asset you want: {found}',
  'error.asset_wrong.safe': 'Nothing was changed.',
  'error.asset_wrong.todo': 'You want {wanted}; scan again.',

  'error.asset_unknown.what': 'Number {number} is not on this device',
  'error.asset_unknown.safe': 'Nothing was changed.',
  'error.asset_unknown.todo': 'Check the number; a new asset needs a sync first.',

  'error.gate_closed.what': 'Unsent records: a new handover cannot start yet',
  'error.gate_closed.safe': 'Your records are safe on this device.',
  'error.gate_closed.todo': 'Upload first; a handover already begun may be finished.',

  'error.pin_wrong.what': 'Wrong PIN',
  'error.pin_wrong.safe': 'Your records are safe.',
  'error.pin_wrong.todo': 'Try again; {left} {left|try|tries} left.',

  'error.clock_off.what': 'This device’s clock differs from the server by {span}',
  'error.clock_off.safe': 'Records are corrected to server time; nothing is lost.',
  'error.clock_off.todo': 'Turn on automatic time in the system settings.',

  'error.signature_missing.what': 'Not signed yet',
  'error.signature_missing.safe': 'What was filled in is kept.',
  'error.signature_missing.todo': 'Sign in the box, or choose another outcome.',

  'error.unknown.what': 'Something unexpected happened',
  'error.unknown.safe': 'Saved records are safe.',
  'error.unknown.todo': 'Try again; if it happens again, give the office the code.',
};
