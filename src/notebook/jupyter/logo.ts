import { createRequire } from 'node:module';
import type { Resvg as Renderer } from '@resvg/resvg-js';

/** Logo of the kernel in launchers: a sign function, the step from −1 to +1 that binarization is named for. */
export const logoSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <rect x="2" y="2" width="60" height="60" rx="10" fill="#3178c6"/>
  <path d="M10 48H32V16H54" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/>
  <circle cx="10" cy="48" r="5" fill="#fff"/>
  <circle cx="54" cy="16" r="5" fill="#fff"/>
</svg>
`;

/**
 * The logo as PNG, for front ends that take no SVG.
 *
 * @param size edge in pixels
 */
export function logoPng(size: number): Uint8Array {
  // Loaded here alone: only the installation draws.
  const { Resvg } = createRequire(import.meta.url)('@resvg/resvg-js') as { readonly Resvg: typeof Renderer };
  return new Resvg(logoSvg, { fitTo: { mode: 'width', value: size } }).render().asPng();
}
