import type { Diagnostic, Json, NotebookSession } from '../../session/index.js';
import { cellTags, newCellId, type CodeCell, type Notebook } from '../format/index.js';
import { declaredNames, type DeclaredName } from './declared-names.js';

/** Values of parameters by name. */
export type ParameterValues = Readonly<Record<string, Json>>;

const declaredTag = 'parameters';
const injectedTag = 'injected-parameters';

/**
 * Gives a notebook its parameters by papermill's convention: a cell tagged `injected-parameters` after the one tagged
 * `parameters`, in place of an earlier such cell, on top where no cell is tagged. The values are recorded under
 * `metadata.binvit.parameters` and `metadata.papermill.parameters`.
 *
 * @param session tells whether each value has the type that the notebook declares
 * @throws RangeError that lists the known names when one is unknown; TypeError when a value has the wrong type
 */
export async function parametrized(
  notebook: Notebook, values: ParameterValues, session: NotebookSession, warn: (sentence: string) => void = () => undefined,
): Promise<Notebook> {
  if (Object.keys(values).length === 0) return notebook;
  const tagged = notebook.cells.findIndex(cell => cell.cell_type === 'code' && cellTags(cell).includes(declaredTag));
  let declared: readonly DeclaredName[] = [];
  if (tagged === -1) {
    warn(`no cell is tagged "${declaredTag}": the parameters go on top, and neither their names nor their types are checked`);
    for (const name of Object.keys(values)) refuseNonIdentifier(name);
  } else {
    declared = await declaredNames(notebook.cells[tagged]!.source);
    refuseUnknown(values, declared);
    await checkTypes(notebook.cells.slice(0, tagged + 1), values, declared, session);
  }
  return injected(notebook, tagged, source(values, declared), values);
}

function injected(notebook: Notebook, tagged: number, code: string, values: ParameterValues): Notebook {
  const old = notebook.cells.find(cell => cellTags(cell).includes(injectedTag));
  const cell: CodeCell = {
    cell_type: 'code', source: code, metadata: { tags: [injectedTag] }, outputs: [], execution_count: null,
    id: old?.id ?? newCellId(injectedTag, new Set(notebook.cells.map(({ id }) => id))),
  };
  const place = old === undefined ? tagged + 1 : notebook.cells.indexOf(old);
  const { metadata } = notebook;
  return {
    cells: notebook.cells.toSpliced(place, old === undefined ? 0 : 1, cell),
    metadata: {
      ...metadata,
      binvit: { ...metadata['binvit'] as object | undefined, parameters: values },
      papermill: { ...metadata['papermill'] as object | undefined, parameters: values },
    },
  };
}

/** Declares each parameter as the notebook does, with its type where the value alone would narrow it. */
function source(values: ParameterValues, declared: readonly DeclaredName[]): string {
  const lines = Object.entries(values).map(([name, value]) => {
    const { keyword = 'let', type = null } = declared.find(entry => entry.name === name) ?? {};
    const annotation = type ?? (value !== null && typeof value !== 'object' ? typeof value : null);
    return `${keyword} ${name}${annotation === null ? '' : `: ${annotation}`} = ${JSON.stringify(value)};`;
  });
  return ['// Parameters', ...lines].join('\n');
}

function refuseNonIdentifier(name: string): void {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new RangeError(`parameter "${name}": expected a name that a TypeScript variable can have`);
  }
}

function refuseUnknown(values: ParameterValues, declared: readonly DeclaredName[]): void {
  const unknown = Object.keys(values).find(name => !declared.some(entry => entry.name === name));
  if (unknown === undefined) return;
  const known = declared.length === 0 ? 'no parameter' : declared.map(({ name }) => name).join(', ');
  throw new RangeError(`parameter "${unknown}": the notebook's cell tagged "${declaredTag}" declares ${known}`);
}

/** Asks TypeScript, one assignment a line, so that a diagnostic's line tells the parameter. */
async function checkTypes(
  cells: Notebook['cells'], values: ParameterValues, declared: readonly DeclaredName[], session: NotebookSession,
): Promise<void> {
  const entries = Object.entries(values);
  const code = entries.map(([name, value], index) => {
    const type = declared.find(entry => entry.name === name)?.type ?? null;
    // The type of a `let` that starts with the constant is the widened one: `number` for `const steps = 3`.
    const target = `__parameter${index}`;
    return `let ${target}${type === null ? ` = ${name}` : `: ${type}`}; ${target} = ${JSON.stringify(value)};`;
  });
  const preceding = cells.filter(cell => cell.cell_type === 'code').map(({ id, source: text }) => ({ id, code: text }));
  const diagnostics = await session.diagnose(code.join('\n'), { preceding });
  const wrong = diagnostics.find(({ severity, file }) => severity === 'error' && file === null);
  if (wrong === undefined) return;
  const [name, value] = entries[wrong.range.line - 1]!;
  throw new TypeError(`parameter "${name}": ${sentence(wrong)}${hint(name, value)}`);
}

function sentence({ message }: Diagnostic): string {
  return message.replaceAll(/\s*\n\s*/g, ' ').replace(/\.$/, '');
}

/** A value that looks like a number on a command line may have been meant as text. */
function hint(name: string, value: Json): string {
  return typeof value === 'number' || typeof value === 'boolean' ? `; \`--raw-param ${name}=${value}\` gives it as text` : '';
}
