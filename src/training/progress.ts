/** What `train` reports after each step. */
export interface TrainProgress {
  /** Updates done. */
  readonly step: number;
  readonly steps: number;
  /** Loss of the last batch; NaN before the first. */
  readonly loss: number;
  readonly imagesPerSecond: number;
  readonly etaSeconds: number;
  readonly phase: 'training' | 'evaluation';
}

/** Where a progress bar writes; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One bar for one run or for many. */
export interface ProgressBar {
  /**
   * @param done work done, in any unit; @param total all of it; @param note what to show beside the bar
   */
  update(done: number, total: number, note: string): void;
  /** Prints a line that stays, above the bar. */
  line(text: string): void;
  /** Removes the bar. */
  end(): void;
}

const barWidth = 24;
const redrawMs = 100;

/**
 * On a terminal a bar that is updated in place; elsewhere a plain line whenever another tenth of the work is done.
 * The time left is estimated from the speed since the first update, so resumed work does not count.
 *
 * @param now clock in milliseconds
 */
export function progressBar(stream: ProgressStream, now: () => number = () => performance.now()): ProgressBar {
  let start: { time: number; done: number } | null = null;
  let drawnAt = -Infinity;
  let tenth = 0;
  const clear = stream.isTTY ? '\r\x1b[2K' : '';

  return {
    update(done, total, note) {
      const time = now();
      start ??= { time, done };
      const share = total > 0 ? Math.min(1, done / total) : 1;
      if (stream.isTTY ? time - drawnAt < redrawMs && share < 1 : Math.floor(share * 10) <= tenth) return;
      drawnAt = time;
      tenth = Math.floor(share * 10);
      const left = done > start.done ? formatDuration(((time - start.time) / 1000 / (done - start.done)) * (total - done)) : '?';
      const percent = `${Math.floor(share * 100)} %`.padStart(5);
      if (stream.isTTY) {
        const filled = Math.round(share * barWidth);
        const text = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}${percent}  ${left} left  ${note}`;
        stream.write(clear + text.slice(0, (stream.columns ?? 80) - 1));
      } else {
        stream.write(`${percent}  ${left} left  ${note}\n`);
      }
    },
    line: text => void stream.write(`${clear}${text}\n`),
    end: () => void stream.write(clear),
  };
}

/** `8 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}
