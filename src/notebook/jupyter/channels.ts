import { Publisher, Reply, Router, type MessageLike } from 'zeromq';
import type { Connection } from './connection.js';

/** How long sockets go on sending after they were closed, in ms: long enough for the last reply on the same machine. */
const lingerMs = 1000;

/**
 * What is to be sent, on all sockets, in the order of the calls: when what is going on has been passed on, so that a cell is on its
 * way to the compiler before the front end is told that the kernel is busy.
 */
class Outbox {
  #waiting: (() => void)[] = [];

  push(send: () => void): void {
    if (this.#waiting.push(send) === 1) setImmediate(() => { this.flush(); });
  }

  flush(): void {
    for (const send of this.#waiting.splice(0)) send();
  }
}

/** A socket that takes one message at a time. */
export class Channel<Socket extends Router | Publisher> {
  /** Resolves when the socket has taken all messages. */
  #sent: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(readonly socket: Socket, private readonly outbox: Outbox) {}

  /** @param message makes its frames */
  send(message: () => MessageLike[]): void {
    this.outbox.push(() => {
      const frames = message();
      const send = async (): Promise<void> => {
        if (!this.socket.closed) await this.socket.send(frames);
        this.#waiting--;
      };
      // At once, if the socket is free: the front end reads it while the next one is made.
      this.#sent = this.#waiting++ === 0 ? send() : this.#sent.then(send);
    });
  }

  /** Closes the socket once all is sent. */
  async close(): Promise<void> {
    this.outbox.flush();
    await this.#sent;
    this.socket.close();
  }
}

/** The sockets of a kernel, bound to 127.0.0.1. */
export interface Channels {
  readonly shell: Channel<Router>;
  readonly control: Channel<Router>;
  readonly stdin: Channel<Router>;
  readonly iopub: Channel<Publisher>;
  close(): Promise<void>;
}

/**
 * Binds the sockets and answers the heartbeat. No high-water mark: beyond one, a publisher drops messages without a word,
 * and a router those to slow readers; the front end's memory is the limit then, as it is for the notebook that it shows.
 *
 * @throws Error naming the port that is taken
 */
export async function bindChannels(connection: Connection): Promise<Channels> {
  const unbounded = { linger: lingerMs, sendHighWaterMark: 0 };
  const outbox = new Outbox();
  const router = (): Channel<Router> => new Channel(new Router({ ...unbounded, receiveHighWaterMark: 0 }), outbox);
  const [shell, control, stdin] = [router(), router(), router()];
  const iopub = new Channel(new Publisher(unbounded), outbox);
  const heartbeat = new Reply({ linger: 0 });
  const close = async (): Promise<void> => {
    heartbeat.close();
    await Promise.all([shell, control, stdin, iopub].map(channel => channel.close()));
  };
  const ports = [
    ['hb_port', heartbeat, connection.heartbeatPort], ['iopub_port', iopub.socket, connection.iopubPort],
    ['stdin_port', stdin.socket, connection.stdinPort], ['control_port', control.socket, connection.controlPort],
    ['shell_port', shell.socket, connection.shellPort],
  ] as const;
  for (const [name, socket, port] of ports) {
    try {
      await socket.bind(`tcp://127.0.0.1:${port}`);
    } catch (error) {
      await close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name} ${port}: cannot listen on 127.0.0.1 (${reason}); start the kernel anew`, { cause: error });
    }
  }
  void echo(heartbeat);
  return { shell, control, stdin, iopub, close };
}

async function echo(heartbeat: Reply): Promise<void> {
  await untilClosed(heartbeat, async () => {
    for await (const frames of heartbeat) await heartbeat.send(frames);
  });
}

/** Works with a socket until it is closed, which fails what it is doing then. */
export async function untilClosed(socket: Router | Reply, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!socket.closed) throw error;
  }
}
