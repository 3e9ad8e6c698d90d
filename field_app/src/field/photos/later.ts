/**
 * What of photos comes after the first download, in one piece: many small pieces would split what all of them share.
 *
 * Neighbours: Today, the sync centre and an asset's page ask for it.
 */
export { default as PhotoStrip } from './PhotoStrip.svelte';
export { default as StorageCard } from './StorageCard.svelte';
export { default as StorageNotice } from './StorageNotice.svelte';
