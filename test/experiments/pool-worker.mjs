// A worker that does what its job says; it speaks src/experiments/messages.ts.
import { appendFileSync } from 'node:fs';

let interrupt = null;
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
process.on('message', async message => {
  if (message.type === 'stop') interrupt?.();
  if (message.type === 'start') {
    if (message.setup.log) appendFileSync(message.setup.log, `${process.pid}\n`);
    if (message.setup.crash) process.exit(4);
    process.send(message.setup.unusable ? { type: 'unusable', reason: message.setup.unusable } : { type: 'ready', info: process.pid });
  }
  if (message.type === 'run') {
    const { kind, value } = message.job;
    process.send({ type: 'progress', progress: kind === 'pid' ? process.pid : value });
    if (kind === 'done') process.send({ type: 'done', result: 2 * value });
    if (kind === 'failed') process.send({ type: 'failed', reason: 'loss is NaN' });
    if (kind === 'kill') process.kill(process.pid, 'SIGKILL');
    if (kind === 'wait') interrupt = () => process.send({ type: 'interrupted' });
    if (kind === 'crash') {
      process.stderr.write('out of luck\n', () => process.exit(3));
    }
  }
});
