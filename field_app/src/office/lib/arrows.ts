/** Arrows move between the entries of a list, Home and End to its ends. Neighbours: ConflictList.svelte, HandoverList.svelte. */

export function moveBetween(event: KeyboardEvent, entries: string): void {
  const found = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(entries)];
  const at = found.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  found[Math.min(found.length - 1, Math.max(0, to))]?.focus();
}
