import { createRequire } from 'node:module';
import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { registerSource } from '../stack.js';
import type { LoaderMessage, VersionMessage } from './hook-messages.js';
import { fingerprint, isLocalFile } from './local-file.js';

interface LocalModule {
  /** Of the file when it was loaded. */
  fingerprint: string | null;
  readonly importers: Set<string>;
}

const cache = createRequire(import.meta.url).cache;

/**
 * The local files that were loaded, who imports whom, and which have to be loaded anew: those that changed on disk, and all
 * that import such a file, however indirectly. The others keep their identity.
 */
export class LocalModules {
  readonly #modules = new Map<string, LocalModule>();
  readonly #versions = new Map<string, number>();
  readonly #failed = new Set<string>();
  readonly #port: MessagePort;
  /** For the loader's thread. */
  readonly loaderPort: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.unref();
    this.loaderPort = port2;
  }

  /** Has changed files and what depends on them loaded anew by the next import. */
  refresh(): void {
    this.receive();
    const stale = new Set<string>();
    const mark = (file: string): void => {
      if (stale.has(file)) return;
      stale.add(file);
      for (const importer of this.#modules.get(file)?.importers ?? []) mark(importer);
    };
    for (const [file, module] of this.#modules) {
      if (this.#failed.has(file) || fingerprint(file) !== module.fingerprint) mark(file);
    }
    this.#failed.clear();
    if (stale.size === 0) return;
    for (const file of stale) {
      this.#modules.delete(file);
      this.#versions.set(file, (this.#versions.get(file) ?? 0) + 1);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- this is how Node has a module required anew
      delete cache[file];
    }
    for (const module of this.#modules.values()) {
      for (const file of stale) module.importers.delete(file);
    }
    const message: VersionMessage = new Map([...stale].map(file => [file, this.#versions.get(file)!]));
    this.#port.postMessage(message);
  }

  /** Files that were loaded since `known` was taken, and failed: they are loaded anew by the next import. */
  forget(known: ReadonlySet<string>): void {
    this.receive();
    for (const file of this.#modules.keys()) {
      if (!known.has(file)) this.#failed.add(file);
    }
  }

  /** The files that are loaded now. */
  files(): ReadonlySet<string> {
    this.receive();
    return new Set(this.#modules.keys());
  }

  /** Takes in what the loader's thread, and `require`, have loaded. */
  receive(): void {
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port)) {
      const message = received.message as LoaderMessage;
      if (message.type === 'compiled') registerSource(message.url, { cell: null, file: message.file }, message.map);
      else this.#add(message.file, message.importer, message.fingerprint);
    }
    // What ES modules import is here too, with fewer fields.
    for (const [file, module] of Object.entries(cache)) {
      if (module === undefined || !isLocalFile(file)) continue;
      this.#add(file, null, fingerprint(file));
      for (const child of (module as Partial<NodeJS.Module>).children ?? []) {
        if (isLocalFile(child.id)) this.#add(child.id, file, fingerprint(child.id));
      }
    }
  }

  #add(file: string, importer: string | null, print: string | null): void {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = { fingerprint: print, importers: new Set() };
      this.#modules.set(file, module);
    }
    if (importer !== null) module.importers.add(importer);
  }
}
