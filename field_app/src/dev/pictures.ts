/**
 * Dev-only: a picture for every blob the sample names: the van's line art on a grey yard, else the name of the place.
 *
 * Neighbours: `sample.ts` names them (`sample-<view>`), `memory-core.ts` hands them out.
 */
import type { Drawing } from '$ui/diagrams/diagram';
import vanJson from '$ui/diagrams/van.json';

const VAN = vanJson as unknown as Drawing;

/** An object URL of an SVG picture for `sample-<view>`. */
export function samplePicture(name: string): string {
  const what = name.replace(/^sample-/, '');
  const view = VAN.views.find((one) => one.id === what);
  const ground =
    '<rect width="1200" height="900" fill="#9fb0b8"/><rect y="520" width="1200" height="380" fill="#7d8583"/>';
  const body = view
    ? `<g transform="translate(100 ${450 - view.height / 2})" fill="#eef1ef" stroke="#10201d" stroke-width="5">${view.lines
        .map((line) => `<path d="${line.d}"/>`)
        .join('')}</g>`
    : `<text x="600" y="480" font-size="120" text-anchor="middle" fill="#10201d">${what}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="900">${ground}${body}</svg>`;
  return URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
}
