/**
 * Hands the encrypted export to the person as a file.
 *
 * Neighbours: Gate, sync centre, the screen of a revoked device. Rejects with the core's `CoreError`.
 */
import type { Core } from '$core';

/** Makes the file and starts its download; resolves to its name. */
export async function exportToFile(core: Core): Promise<string> {
  const file = await core.exportFile();
  const device = core.status.get().device?.name.replace(/[^\p{L}\p{N}-]+/gu, '-') ?? 'device';
  const name = `handover-${device}-${core.now().slice(0, 16).replace(/[:T]/g, '')}.hvx`;
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address after the click returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return name;
}
