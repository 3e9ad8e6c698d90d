/** What a physical keyboard may do to an on-screen pad: nothing while the person types elsewhere or a shortcut is meant. */
export function padKey(event: KeyboardEvent): string | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return null;
  }
  const target = event.target;
  if (target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]')) {
    return null;
  }
  // Enter on a focused button is that button's own.
  if (event.key === 'Enter' && target instanceof HTMLElement && target.closest('button, a')) {
    return null;
  }
  return event.key;
}
