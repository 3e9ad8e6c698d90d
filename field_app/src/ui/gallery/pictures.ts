/** A van before and after as SVG data addresses: sample pictures of the gallery only. */
const VAN =
  '<path d="M14 112V44c0-12 8-20 20-20h170c10 0 16 4 22 12l34 40 34 8c10 3 14 9 14 18v18c0 6-4 8-8 8h-20a26 26 0 0 0-52 0H104a26 26 0 0 0-52 0H24c-6 0-10-4-10-16z" fill="#f4f6f5" stroke="#10201d" stroke-width="3"/><path d="M206 34h8l34 42h-50V42c0-5 3-8 8-8z" fill="#7f939a" stroke="#10201d" stroke-width="2"/><path d="M190 26v98M110 26v98M30 64h72" stroke="#10201d" stroke-width="2" opacity=".4"/><circle cx="78" cy="126" r="19" fill="#1b2b27"/><circle cx="254" cy="126" r="19" fill="#1b2b27"/>';

function scene(extra: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -50 360 270"><rect x="-20" y="-50" width="360" height="170" fill="#b9c7cb"/><rect x="-20" y="120" width="360" height="100" fill="#6a7572"/>${VAN}${extra}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export const before = scene('');
export const after = scene('<path d="M132 88l34 8M138 98l22 5" stroke="#5a1d05" stroke-width="3"/>');
