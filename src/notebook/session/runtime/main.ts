import { url as inspectorUrl } from 'node:inspector';
import { Socket } from 'node:net';
import { cellsDescriptor, requestsDescriptor } from '../descriptors.js';
import { FrameReader } from '../frames.js';
import type { ExecuteRequest, SessionRequest } from '../messages.js';
import { execute, interruptRun } from './execution.js';
import { defineGlobals } from './globals.js';
import { receiveAnswer } from './input.js';
import { shielded, takeInterrupts } from './interruption.js';
import { fenceRawWriters } from './raw-writers.js';
import { report } from './reports.js';
import { formatStack } from './stack.js';
import { captureStreams } from './streams.js';
import { reportUncaught } from './uncaught.js';
import { rememberGlobals, variables } from './variables.js';

/* Main thread of the session's process: takes requests, runs cells. */

takeInterrupts(interruptRun);
captureStreams();
fenceRawWriters();
defineGlobals(process.cwd());
rememberGlobals();
reportUncaught();
Error.prepareStackTrace = formatStack;
Error.stackTraceLimit = 50;

receive(cellsDescriptor, new FrameReader<ExecuteRequest>(({ run, cell }) => { execute(run, cell); }));
receive(requestsDescriptor, new FrameReader<SessionRequest>(handle)).on('close', () => { process.kill(process.pid, 'SIGKILL'); });
report({ type: 'ready', inspectorUrl: inspectorUrl() ?? null });

function receive(descriptor: number, reader: { readonly push: (piece: Buffer) => void }): Socket {
  return new Socket({ fd: descriptor, readable: true, writable: false }).on('data', (piece: Buffer) => {
    shielded(() => { reader.push(piece); });
  });
}

function handle(request: SessionRequest): void {
  switch (request.type) {
    case 'variables':
      report({ type: 'variables', run: request.run, variables: variables() });
      break;
    case 'answer':
    case 'noAnswer':
      receiveAnswer(request);
  }
}
