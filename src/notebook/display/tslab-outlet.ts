import { createRequire } from 'node:module';
import type { Outlet } from './outlet.js';
import type { Rich } from './rich.js';

/** What of tslab's display is used; every call shows one MIME type. */
interface TslabDisplay {
  raw(type: string, data: string | Uint8Array): void;
}

interface TslabModule {
  readonly display: TslabDisplay;
  readonly newDisplay: () => TslabDisplay;
}

/** From the form that shows most to the one that always goes. tslab passes only strings and bytes. */
const preferred = ['text/html', 'image/svg+xml', 'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'text/markdown', 'text/latex', 'text/plain'];
const displays = new Map<string, TslabDisplay>();

/** Shows through the tslab kernel; `null` where the code does not run in it. */
export function tslabOutlet(): Outlet | null {
  const tslab = kernelModule();
  if (tslab === null) return null;
  return {
    updates: true,
    show(value, displayId) {
      const display = tslab.newDisplay();
      displays.set(displayId, display);
      this.wait(showOn(display, value));
    },
    update(value, displayId) {
      const display = displays.get(displayId);
      if (display) this.wait(showOn(display, value));
      else this.show(value, displayId);
    },
    clear: () => undefined,
    input: () => Promise.reject(new Error('input(): expected a kernel that can ask, found tslab; assign the value in a cell instead')),
    wait: work => { void work; },
  };
}

/** The kernel's own module is loaded wherever the kernel is; a program that only uses tslab has another main module. */
function kernelModule(): TslabModule | null {
  const { cache, main } = createRequire(import.meta.url);
  if (main === undefined || !/[\\/]tslab[\\/](bin|dist)[\\/]/.test(main.filename)) return null;
  const path = Object.keys(cache).find(name => /[\\/]tslab[\\/]dist[\\/]public\.js$/.test(name));
  return path === undefined ? null : cache[path]!.exports as TslabModule;
}

async function showOn(display: TslabDisplay, { data, later }: Rich): Promise<void> {
  const more = later === null || 'text/html' in data ? {} : await later().catch(() => ({}));
  const all = { ...data, ...more };
  const type = preferred.find(name => typeof all[name] === 'string')!;
  const content = all[type] as string;
  const isBytes = type.startsWith('image/') && type !== 'image/svg+xml';
  display.raw(type, isBytes ? Buffer.from(content, 'base64') : content);
}
