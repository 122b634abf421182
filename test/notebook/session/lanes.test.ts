import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Lanes } from '../../../src/notebook/session/lanes.js';

it('what comes through several pipes is in order as far as fences tell, however fast each pipe is', () => {
  const lane = fc.nat(2);
  // What happens, in order: something in a lane, or a fence in all of them.
  fc.assert(fc.property(fc.array(fc.option(lane, { nil: 'fence' as const })), fc.array(lane), (history, speeds) => {
    const pipes = [0, 1, 2].map(own => history.flatMap((event, at) => (event === own || event === 'fence' ? [{ event, at }] : [])));
    const lanes = new Lanes(3);
    const seen: number[] = [];
    const deliver = (own: number): void => {
      const next = pipes[own]!.shift();
      if (next?.event === 'fence') lanes.fence(own);
      else if (next !== undefined) lanes.push(own, () => { seen.push(next.at); });
    };
    speeds.forEach(deliver);
    for (const own of [2, 0, 1]) while (pipes[own]!.length > 0) deliver(own);
    const fences = (at: number): number => history.slice(0, at).filter(event => event === 'fence').length;
    expect([...seen].sort((a, b) => a - b)).toEqual(history.flatMap((event, at) => (event === 'fence' ? [] : [at])));
    expect(seen.map(fences)).toEqual([...seen].sort((a, b) => a - b).map(fences));
  }));
});

it('at the end all that waits is handed on, fence by fence', () => {
  const lanes = new Lanes(2);
  const seen: string[] = [];
  lanes.push(0, () => { seen.push('a'); });
  lanes.fence(0);
  lanes.push(0, () => { seen.push('c'); });
  lanes.push(1, () => { seen.push('b'); });
  expect(seen).toEqual(['a', 'b']);
  lanes.end();
  expect(seen).toEqual(['a', 'b', 'c']);
});
