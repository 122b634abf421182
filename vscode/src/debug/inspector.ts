import type { NotebookSession } from '../../../src/notebook/index.js';

/** The inspector of a session's process, open on 127.0.0.1. */
export interface Inspector {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Arguments of the session's Node: its inspector must not write into the output of a cell when it opens and closes. */
export const inspectorArguments: readonly string[] = ['--inspect-publish-uid=http'];

/** Opens the inspector of a session's process for the time of a debug session, so that no port stays open. */
export async function openInspector(session: NotebookSession): Promise<Inspector> {
  const opened = await session.evaluate("(inspector => { inspector.open(0, '127.0.0.1'); return inspector.url(); })(process.getBuiltinModule('node:inspector'))");
  const answer = JSON.stringify(opened);
  const url = /ws:\/\/[\w.:/-]+/.exec(answer)?.[0];
  if (url === undefined) {
    throw new Error(`The session's process cannot be debugged: expected the address of its inspector, found ${answer}; restart the session and try again.`);
  }
  return { url, close: async () => { await session.evaluate("process.getBuiltinModule('node:inspector').close()"); } };
}
