import type * as vscode from 'vscode';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Controller } from '../../vscode/src/controller.js';
import { FakeNotebook } from './fake-vscode.js';

interface SelectionChange {
  readonly notebook: FakeNotebook;
  readonly selected: boolean;
}

const { open, notices, preferred, editor } = vi.hoisted(() => ({
  open: [] as FakeNotebook[],
  notices: [] as string[],
  preferred: [] as FakeNotebook[],
  editor: {} as { select: (event: SelectionChange) => void; controller: object },
}));

vi.mock('vscode', async () => {
  const { fakeVscode: base, FakeNotebook: Notebook, FakeRenderer } = await import('./fake-vscode.js');
  const never = (): object => ({ dispose: () => undefined });
  return {
    ...base,
    NotebookControllerAffinity: { Default: 1, Preferred: 2 },
    notebooks: {
      createNotebookController: (...made: unknown[]) => (editor.controller = {
        made, dispose: () => undefined,
        onDidChangeSelectedNotebooks: (listener: (event: SelectionChange) => void) => { editor.select = listener; return never(); },
        updateNotebookAffinity: (notebook: FakeNotebook, affinity: number) => { if (affinity === 2) preferred.push(notebook); },
      }),
      createRendererMessaging: () => new FakeRenderer({ notebook: new Notebook([]) }).messaging,
    },
    workspace: {
      ...base.workspace, notebookDocuments: open,
      onDidOpenNotebookDocument: never, onDidCloseNotebookDocument: never, onWillSaveNotebookDocument: never,
    },
    window: {
      ...base.window, activeNotebookEditor: undefined, onDidChangeActiveNotebookEditor: never,
      showInformationMessage: (message: string) => { notices.push(message); return Promise.resolve(); },
    },
  };
});

const memento = (): vscode.Memento => {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, otherwise?: T) => (values.get(key) ?? otherwise) as T,
    update: (key: string, value: unknown) => { values.set(key, value); return Promise.resolve(); },
  };
};

function notebookOf(kernel: string, language: string): FakeNotebook {
  return Object.assign(new FakeNotebook(['1']), { notebookType: 'jupyter-notebook', metadata: { metadata: { kernelspec: { name: kernel, language } } } });
}

describe('the controller', () => {
  beforeEach(() => {
    for (const list of [notices, preferred, open]) list.length = 0;
  });

  it('is one for Jupyter notebooks, by the id that editors remember, counts executions, and interrupts by itself', async () => {
    const controller = new Controller(memento());
    expect(editor.controller).toMatchObject({
      made: ['binvit-typescript', 'jupyter-notebook', 'TypeScript (binvit)'], supportsExecutionOrder: true,
      supportedLanguages: ['typescript', 'typescriptreact', 'javascript'], interruptHandler: expect.any(Function) as () => void,
    });
    await controller.close();
  });

  it.each([['deno', 'typescript'], ['tslab', 'typescript'], ['jslab', 'javascript'], ['javascript', 'javascript']])(
    'is preferred for notebooks of %s, and says once that it runs them', async (kernel, language) => {
      const [first, second] = [notebookOf(kernel, language), notebookOf(kernel, language)];
      open.push(first, second);
      const controller = new Controller(memento());
      expect(preferred).toEqual([first, second]);
      for (const notebook of open) editor.select({ notebook, selected: true });
      await vi.waitFor(() => { expect(notices).toHaveLength(1); }, 10_000);
      expect(notices[0]).toContain(`"${kernel}"`);
      expect(controller.notebooks).toEqual([first, second]);
      await controller.close();
      expect(notices).toHaveLength(1);
    });

  it('is preferred for TypeScript notebooks of its own without a word, and for no others', async () => {
    const own = notebookOf('binvit', 'typescript');
    open.push(own, notebookOf('python3', 'python'), notebookOf('', ''));
    const controller = new Controller(memento());
    expect(preferred).toEqual([own]);
    editor.select({ notebook: own, selected: true });
    await controller.close();
    expect(notices).toEqual([]);
  });

  it('gives a notebook up when another kernel is chosen', async () => {
    const own = notebookOf('binvit', 'typescript');
    open.push(own);
    const controller = new Controller(memento());
    editor.select({ notebook: own, selected: true });
    expect(controller.notebooks).toEqual([own]);
    editor.select({ notebook: own, selected: false });
    expect(controller.notebooks).toEqual([]);
    await controller.close();
  });
});
