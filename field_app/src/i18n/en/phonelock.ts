/**
 * English: the phone's own lock.
 *
 * Neighbours: ../zh/phonelock.ts defines the keys.
 */
export const phonelock = {
  'phonelock.title': "Unlock with the phone's own lock",
  'phonelock.text': 'Fingerprint or face, on this phone only, also without a network. Your PIN always works.',
  'phonelock.choose': 'Turn on fingerprint or face',
  'phonelock.drop': 'Stop using it',
  'phonelock.on': 'On',
  'phonelock.unlock': 'Unlock by fingerprint or face',
  'phonelock.finish': 'Finish by fingerprint or face',
  'phonelock.usePin': 'Use the PIN',
  'phonelock.cancelled': 'Not done. Try again, or enter your PIN.',
  'phonelock.refused': 'What the phone said did not hold. Please enter your PIN.',
  'phonelock.ended': 'Your PIN was reset. Enter your PIN first, then turn this on again under your name.',
};
