import { describe, expect, it } from 'vitest';
import { formatDuration, progressBar } from '../../src/training/index.js';

function recorded(isTTY: boolean, columns = 80): { stream: { isTTY: boolean; columns: number; write: (text: string) => void }; written: string[] } {
  const written: string[] = [];
  return { stream: { isTTY, columns, write: text => void written.push(text) }, written };
}

describe('progressBar', () => {
  it('is one line updated in place on a terminal, at most ten times a second, with the time left', () => {
    const { stream, written } = recorded(true);
    let time = 0;
    const bar = progressBar(stream, () => time);
    bar.update(0, 100, 'loss 2.3');
    time = 50;
    bar.update(10, 100, 'too early to draw');
    time = 10_000;
    bar.update(50, 100, 'loss 0.5');
    expect(written).toEqual([
      `\r\x1b[2K${'░'.repeat(24)}  0 %  ? left  loss 2.3`,
      `\r\x1b[2K${'█'.repeat(12)}${'░'.repeat(12)} 50 %  10 s left  loss 0.5`,
    ]);
    bar.line('stays');
    bar.end();
    expect(written.slice(2)).toEqual(['\r\x1b[2Kstays\n', '\r\x1b[2K']);
  });

  it('never writes more than a terminal line', () => {
    const { stream, written } = recorded(true, 30);
    progressBar(stream, () => 0).update(1, 2, 'a note that is far too long');
    expect(written[0]!.replace('\r\x1b[2K', '')).toHaveLength(29);
  });

  it('is a plain line for every tenth elsewhere', () => {
    const { stream, written } = recorded(false);
    let time = 0;
    const bar = progressBar(stream, () => time);
    for (let done = 0; done <= 400; done++) {
      bar.update(done, 400, 'x');
      time += 1000;
    }
    bar.end();
    expect(written.filter(text => text !== '')).toHaveLength(10);
    expect(written[0]).toBe(' 10 %  6 min 00 s left  x\n');
    expect(written.join('')).not.toContain('\x1b');
  });

  it('estimates from the work of this session alone', () => {
    const { stream, written } = recorded(false);
    let time = 0;
    const bar = progressBar(stream, () => time);
    bar.update(80, 100, '');
    time = 10_000;
    bar.update(90, 100, '');
    expect(written.at(-1)).toContain('10 s left');
  });
});

describe('formatDuration', () => {
  it('uses the two largest units', () => {
    expect([0, 59.6, 185, 7620].map(formatDuration)).toEqual(['0 s', '1 min 00 s', '3 min 05 s', '2 h 07 min']);
  });
});
