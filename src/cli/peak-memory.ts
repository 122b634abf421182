import { readFileSync } from 'node:fs';

/** The most memory that this process has occupied, in bytes. */
export function peakMemory(): number {
  try {
    // What `getrusage` tells of a process on Linux begins with the peak of the one that started it.
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
