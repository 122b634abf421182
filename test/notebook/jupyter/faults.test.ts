import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/backend/index.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { executed, type Executed } from './client.js';
import { kernelForTests } from './process.js';

/* What goes wrong, by fault, with what the user sees; a connection file that is no good is in process.test.ts. */

// A small heap is soon full.
const kernel = kernelForTests(temporaryFolder(), { NODE_OPTIONS: '--max-old-space-size=256' });
const pause = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

/** `text/plain` of a cell's result, which must be its only output. */
async function value(code: string): Promise<unknown> {
  const { outputs } = await kernel.client.execute(code);
  expect(outputs.map(({ type }) => type)).toEqual(['execute_result']);
  return (outputs[0]!.content.data as Record<string, unknown>)['text/plain'];
}

/** A cell that failed, with its error shown once and the same in the reply. */
function failed({ reply, outputs }: Executed): Record<string, unknown> {
  const shown = outputs.filter(({ type }) => type === 'error').map(({ content }) => content);
  expect(shown).toHaveLength(1);
  expect(reply.content).toMatchObject({ status: 'error', ...shown[0] });
  return shown[0]!;
}

describe('code that fails in its own way', () => {
  it('an unhandled rejection in a cell shows under the cell, which succeeds, and the session lives on', async () => {
    const { reply, stderr } = await kernel.client.execute('let alive = 7;\nvoid Promise.reject(new Error("rejected"));\nawait new Promise(resolve => setTimeout(resolve, 20));');
    expect(reply.content.status).toBe('ok');
    expect(stderr).toMatch(/Uncaught \(in promise\) Error: rejected[^]*:2:21/);
    expect(await value('alive')).toBe('7');
  });

  it('an unhandled rejection after the end of its cell shows under that cell', async () => {
    const cell = await kernel.client.execute('setTimeout(() => { void Promise.reject(new Error("late")) }, 20); alive = 8;');
    expect(cell.reply.content.status).toBe('ok');
    const late = (): unknown[] => kernel.client.received.filter(({ type, content }) => type === 'stream' && (content.text as string).includes('late')).map(({ parentHeader }) => parentHeader.msg_id);
    await expect.poll(late, { timeout: 10_000 }).toEqual([cell.reply.parentHeader.msg_id]);
    expect(await value('alive')).toBe('8');
  });

  it.each([
    ['process.exit()', 'process.exit(3)', /ended the session's process by process\.exit\(3\)/],
    ['process.abort()', 'process.abort()', /ended the session's process by process\.abort\(\)/],
    ['a signal', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})', /the process was ended by signal SIGKILL/],
    ['heap exhaustion', 'const kept: unknown[] = []; for (;;) kept.push(new Array(1e5).fill({}).map(() => ({})))', /ran out of memory \(JavaScript heap\)/],
  ])('%s in a cell is the error of that cell, and a fresh session goes on', async (fault, code, reason) => {
    await kernel.client.execute('let state = 1');
    const cell = await kernel.client.execute(`console.log("printed before");\n${code}`);
    expect(failed(cell)).toMatchObject({ ename: 'SessionCrashed', evalue: expect.stringMatching(reason) as string });
    expect(cell.reply.content.evalue).toContain('the session starts anew, its names and values are lost');
    expect(cell.outputs[0]!.content).toMatchObject({ name: 'stdout', text: 'printed before\n' });
    // Neither a copy of the error, nor what Node says of its debugger.
    expect(cell.stderr).not.toMatch(/ebugger|the cell ended|starts anew/);
    // V8 itself tells of a full heap.
    if (fault !== 'heap exhaustion') expect(cell.stderr).toBe('');
    expect(await value('// @ts-nocheck\ntypeof state')).toBe("'undefined'");
  });

  it('process.exit() in a timer, when its cell has ended, is told below that cell, and a fresh session goes on', async () => {
    const { id } = kernel.client.submit('setTimeout(() => { process.exit(4) }, 50); let state = 1;');
    const told = (): string => kernel.client.received.filter(({ type, content, parentHeader }) => type === 'stream' && content.name === 'stderr' && parentHeader.msg_id === id)
      .map(({ content }) => content.text as string).join('');
    await expect.poll(told, { timeout: 10_000 }).toBe("the cell ended the session's process by process.exit(4); the session starts anew, its names and values are lost\n");
    expect(await value('// @ts-nocheck\ntypeof state')).toBe("'undefined'");
  });

  it('100 interrupts at random moments: each cell ends, as interrupted or on its own, and the state is kept', async () => {
    const random = Random.seeded(1);
    await kernel.client.execute('let counted = 0');
    let interrupted = 0;
    for (let time = 0; time < 100; time++) {
      const cell = kernel.client.submit('counted += 1; for (let i = 0; i < 3e7; i++); await new Promise(resolve => setTimeout(resolve, 10));');
      await pause(random.uniform() * 40);
      expect(await kernel.client.ask('control', 'interrupt_request', {})).toEqual({ status: 'ok' });
      const ended = await executed(cell);
      if (ended.reply.content.status === 'ok') continue;
      expect(failed(ended)).toMatchObject({ ename: 'Interrupted', evalue: 'the cell was interrupted; the names and values of the session are kept' });
      interrupted += 1;
    }
    expect(interrupted).toBeGreaterThan(50);
    const counted = Number(await value('counted'));
    expect(counted).toBeGreaterThanOrEqual(100 - interrupted);
    expect(counted).toBeLessThanOrEqual(100);
  });

  it('the heartbeat, the control channel and completion answer while a cell is busy', async () => {
    const cell = kernel.client.submit('console.log("busy"); while (true);');
    while (!cell.iopub.some(({ type }) => type === 'stream')) await pause(5);
    expect(await kernel.client.heartbeat()).toBeGreaterThan(0);
    expect(await kernel.client.ask('control', 'kernel_info_request', {})).toMatchObject({ status: 'ok' });
    expect(await kernel.client.ask('shell', 'complete_request', { code: 'Math.hyp', cursor_pos: 8 })).toMatchObject({ matches: ['hypot'] });
    await kernel.client.ask('control', 'interrupt_request', {});
    expect(failed(await executed(cell))).toMatchObject({ ename: 'Interrupted' });
  });
});

describe('messages that are no good', () => {
  const header = JSON.stringify({ msg_id: 'x', msg_type: 'execute_request' });
  const code = JSON.stringify({ code: 'globalThis.intruder = 1' });

  it.each([
    ['a malformed message', () => [Buffer.from('nonsense')], 'no <IDS|MSG> frame'],
    ['a message without content', () => kernel.client.sign([header, '{}', '{}']), 'expected a signature and 4 parts after <IDS|MSG>, found 4 frames'],
    ['a message whose content is half of one', () => kernel.client.sign([header, '{}', '{}', code.slice(0, -1)]), 'JSON'],
    ['a wrong signature', () => kernel.client.sign([header, '{}', '{}', code], 'another key'), 'wrong signature'],
    ['no signature', () => kernel.client.sign([header, '{}', '{}', code], ''), 'wrong signature'],
  ])('%s is dropped without an answer, the kernel says why on stderr, and goes on', async (_, frames, reason) => {
    const before = kernel.client.received.length;
    for (const channel of ['shell', 'control'] as const) {
      await kernel.client[channel].send(frames());
      expect(await kernel.client.ask(channel, 'kernel_info_request', {})).toMatchObject({ status: 'ok' });
      expect(kernel.stderr).toMatch(new RegExp(`^binvit kernel: ${channel}: a message was dropped: .*${reason.replace(/[<|]/g, '\\$&')}`, 'm'));
    }
    // busy, idle and reply of the two requests alone.
    expect(kernel.client.received.length - before).toBe(6);
    expect(await value('// @ts-nocheck\ntypeof intruder')).toBe("'undefined'");
  });

  it('10,000 malformed messages at once are told of once, and the next cell runs', async () => {
    const lines = kernel.stderr.split('\n').length;
    const frames = kernel.client.sign([header, '{}', '[]', code]);
    for (let count = 0; count < 10_000; count++) await kernel.client.shell.send(frames);
    expect(await value('6 * 7')).toBe('42');
    expect(kernel.stderr.split('\n')).toHaveLength(lines + 1);
  });

  it('10,000 messages at once are all answered while cells run', async () => {
    const cells = Array.from({ length: 20 }, (_, cell) => kernel.client.submit(`${cell}`));
    const requests = Array.from({ length: 10_000 }, () => kernel.client.request('shell', 'comm_info_request', {}));
    expect((await Promise.all(requests.map(({ reply }) => reply))).every(({ content }) => content.status === 'ok')).toBe(true);
    const shown = (await Promise.all(cells.map(executed))).map(({ outputs }) => (outputs[0]!.content.data as Record<string, string>)['text/plain']);
    expect(shown).toEqual(Array.from({ length: 20 }, (_, cell) => String(cell)));
    expect(kernel.client.faults).toEqual([]);
  });
});
