/** English: photos once they are taken, room for more. Neighbour: ../zh/photos.ts defines keys and parameters. */
import type { photos as zh } from '../zh/photos';

export const photos: Readonly<Record<keyof typeof zh, string>> = {
  'room.title': 'Storage here',
  'room.of': '{used} used, {left} left',
  'room.photos': 'Room for about {n} more {n|photo|photos}',
  'room.none': 'No room for a new photo',
  'room.used': '{used} used',
  'room.untold':
    'The browser does not say what is left; if there is no room a new photo is refused, and nothing here is touched',
  'room.waiting.what': '{n} {n|photo waits|photos wait} here to be uploaded',
  'room.low.what': 'Space is running out: room for about {n} more {n|photo|photos}',
  'room.low.safe': 'All records and photos here are safe; none is dropped for a new one.',
  'room.low.todo':
    'Connect to Wi-Fi and upload today; once the server has signed for them, the originals leave this device.',
  'room.full.what': 'No room: a new photo will be refused',
  'room.persisted': 'The system will not clear this app’s data',
  'room.notPersisted':
    'The system may clear this app’s data when space is short: add it to the home screen, and upload often',
  'room.ask': 'Ask to keep it',
  'room.refused': 'The system did not agree. Try again once the app is on the home screen.',
  'photo.title': '{n} {n|photo|photos}',
  'photo.open': 'Look at photo: {what}',
  'photo.taken': '{at}',
  'photo.added': 'Added {at}',
  'photo.fromGallery': 'From the gallery, not taken on the spot',
  'photo.fileTime': 'the file says {at}',
  'photo.fileSays': 'The file’s own word',
  'photo.copyOf': 'Copy · original SHA-256 {hash}…',
  'photo.when': 'Time',
  'photo.how': 'Source',
  'photo.where': 'Place',
  'photo.file': 'Original',
  'photo.away': 'The picture is not on this device now; try again once online',
  'photo.share': 'Share a copy',
  'photo.copyNote':
    'What is shared is a copy with time, place and fingerprint; not a byte of the original changes.',
  'photo.saved': 'The copy is in your downloads',
};
