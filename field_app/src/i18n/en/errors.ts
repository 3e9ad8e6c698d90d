/**
 * English: failures the device itself meets: `<code>.what`, `.safe`, `.todo`. The server's codes carry their own sentences (generated from schemas/errors/).
 *
 * Neighbour: ../zh/errors.ts. The keys are exactly the Chinese ones: a missing or extra one is a type error.
 */
import type { errors as zh } from '../zh/errors';

export const errors: Readonly<Record<keyof typeof zh, string>> = {
  'error.camera_denied.what': 'The browser does not allow the camera',
  'error.camera_denied.safe': 'Photos already taken are safe.',
  'error.camera_denied.todo': 'Allow the camera for this app in the browser settings, or type the number in.',

  'error.camera_missing.what': 'No working camera was found',
  'error.camera_missing.safe': 'Photos already taken are safe.',
  'error.camera_missing.todo': 'Close other apps that use the camera, or use another device.',

  'error.camera_lost.what': 'The camera was taken by another app or stopped',
  'error.camera_lost.safe': 'Photos already taken are safe.',
  'error.camera_lost.todo': 'Tap to continue; the camera opens again.',
};
