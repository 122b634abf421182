import { realpathSync } from 'node:fs';
import type { CellReference, Completeness, Completions, Diagnostic, Inspection, LanguageContext, SignatureHelp } from '../session/types.js';
import { CellChain, isAmbient, isSeen } from './cell-chain.js';
import type { Scope } from './cell-scope.js';
import { CellService } from './cell-service.js';
import { isSelfContained, parseCell, scriptKind, typedOffset, type CellLanguageName, type CellSource } from './cell-source.js';
import { importedTypes, TypeChecker } from './check.js';
import { completeness } from './completeness.js';
import { cellOptions, optionsHold, type CellOptions } from './compiler-options.js';
import { completionsAt } from './completions.js';
import { convertCell, type ConvertedCell } from './convert.js';
import { diagnosticOf, fileDiagnosticOf, rangeOf } from './diagnostic.js';
import { inspectionAt } from './inspection.js';
import { PrecedingCells } from './preceding-cells.js';
import { signatureHelpAt } from './signature-help.js';
import { Transpiler } from './transpiler.js';
import { TypeView } from './type-view.js';

/** A cell that is about to run. */
export interface PreparedCell {
  /** `null` where the cell does not parse. */
  readonly converted: ConvertedCell | null;
  /** Errors that stop the cell unless the session says otherwise; warnings about the `tsconfig.json`, which do not. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether later cells see something of it: without that there is nothing to commit. */
  readonly isSeen: boolean;
}

/** What TypeScript knows of a session under one set of compiler options. */
interface Knowledge {
  readonly config: CellOptions;
  readonly language: CellService;
  readonly checker: TypeChecker;
  readonly transpiler: Transpiler;
  /** The cells that ran. */
  readonly session: CellChain;
  /** The cells above the one that is edited. */
  readonly preceding: PrecedingCells;
  /** Modules of the session that are still the source of their cell. */
  readonly sources: Set<number>;
  /** Text of a cell that is empty. */
  readonly empty: string;
}

/** What the type checker says of a cell. */
interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** Names that it imports and that are types only. */
  readonly types: ReadonlySet<string>;
}

/** A cell that the type checker sees. */
interface OpenCell {
  readonly path: string;
  readonly view: TypeView;
  /** Names of the earlier cells. */
  readonly scope: Scope;
}

/** What a {@link CellLanguage} is made for. */
export interface LanguageOptions {
  /** Folder of the notebook. */
  readonly cwd: string;
  /** See `SessionOptions.strict`. */
  readonly strict?: boolean | undefined;
}

/** Everything that TypeScript does for a session: cells are converted, checked, completed and explained. */
export class CellLanguage {
  readonly #cwd: string;
  readonly #strict: boolean;
  /** Path of a cell that augments what others see, and was looked at: it counts when it has run. */
  #ambient: string | null = null;
  /** The cell that was prepared last. */
  #prepared: CellSource | null = null;
  readonly #committed: { readonly code: string; readonly language: CellLanguageName }[] = [];
  #known: Knowledge;
  #warned = false;

  constructor({ cwd, strict = true }: LanguageOptions) {
    this.#cwd = realpathSync.native(cwd);
    this.#strict = strict;
    this.#known = knowledge(this.#cwd, strict);
  }

  /**
   * Converts a cell, and checks it against the cells that were committed.
   *
   * @param check `false` leaves the check out
   */
  prepare(code: string, cell: CellReference, check = true): PreparedCell {
    const source = parseCell(code, cell.language);
    this.#prepared = source;
    const refusal = [...syntaxErrors(source), ...reservedNames(source)];
    if (refusal.length > 0) return { converted: null, diagnostics: refusal, isSeen: false };
    const modules = !isSelfContained(source);
    const seen = (check ? this.#rightAsTyped(source, modules) : null) ?? this.#check(source, check, modules);
    // What is wrong may have been mended on disk.
    const { diagnostics, types } = modules || seen.diagnostics.length === 0 ? seen : this.#check(source, check, true);
    return {
      diagnostics: [...check ? this.#configWarnings() : [], ...diagnostics],
      converted: convertCell(source, cell, this.#known.transpiler, types),
      isSeen: isSeen(source),
    };
  }

  /** Makes the declarations of a cell that ran, if only in part, visible to later cells. */
  commit(code: string, cell: CellReference): void {
    const prepared = this.#prepared;
    const source = prepared?.code === code && prepared.language === (cell.language ?? 'typescript') ? prepared : parseCell(code, cell.language);
    if (source.errors.length > 0 || reservedNames(source).length > 0) return;
    this.#committed.push({ code, language: source.language });
    addTo(this.#known, source);
  }

  /**
   * What is better done while nobody waits: replaces committed cells by their declarations, so that their types are not
   * inferred again and again, and prepares the next check.
   */
  settle(): void {
    const { language, session, sources } = this.#known;
    const modules = [...sources].filter(module => session.isUsed(module));
    // Nothing of these is inferred again as long as the last program holds.
    if (language.has(modules.map(module => session.path(module)))) return;
    const declarations = modules.map(module => {
      const { emitSkipped, outputFiles } = language.service.getEmitOutput(session.path(module), true);
      return { module, text: outputFiles[0]?.text, emitSkipped };
    });
    for (const { module, text, emitSkipped } of declarations) {
      // Types that cannot be named outside of the cell leave it as it is.
      if (text !== undefined && !emitSkipped) session.replace(module, text);
    }
    sources.clear();
    if (declarations.length > 0) language.renew();
    language.prepare();
  }

  /** Errors of a cell that is being edited. */
  diagnose(code: string, context: LanguageContext = {}): readonly Diagnostic[] {
    const source = parseCell(code, context.language);
    if (source.errors.length > 0) return syntaxErrors(source);
    const { checker, language } = this.#current();
    if (!checksTypes(source) || language.right(source, this.#chain(source, context)) !== null) return [];
    const { path, view } = this.#draft(source, context);
    return checker.check(path, source, view);
  }

  complete(code: string, offset: number, context: LanguageContext = {}): Completions {
    const { language } = this.#current();
    const source = parseCell(code, context.language);
    const chain = this.#chain(source, context);
    const look = language.draft(source, chain);
    if (look !== null) return completionsAt(look, language.files, source, chain.names, offset);
    const { path, view } = this.#draft(source, context, true);
    return completionsAt(language.look(path), language.files, source, chain.names, offset, view);
  }

  inspect(code: string, offset: number, context: LanguageContext = {}): Inspection | null {
    const { language } = this.#current();
    const { path, view } = this.#draft(parseCell(code, context.language), context);
    language.renew();
    return inspectionAt(language, path, view, offset);
  }

  signatureHelp(code: string, offset: number, context: LanguageContext = {}): SignatureHelp | null {
    const { language } = this.#current();
    const { path, view } = this.#draft(parseCell(code, context.language), context);
    language.renew();
    return signatureHelpAt(language, path, view, offset);
  }

  isComplete(code: string): Completeness {
    return completeness(code);
  }

  /**
   * After a look at the disk.
   *
   * @param modules look at modules and packages too: a cell that imports none runs with those that the session has loaded
   */
  #current(modules = true): Knowledge {
    if (!optionsHold(this.#cwd, this.#known.config)) {
      this.#known = knowledge(this.#cwd, this.#strict);
      this.#warned = false;
      for (const { code, language } of this.#committed) addTo(this.#known, parseCell(code, language));
    }
    const { language, empty } = this.#known;
    if (this.#ambient !== null) {
      language.files.write(this.#ambient, empty);
      language.renew();
      this.#ambient = null;
    }
    if (modules || language.hasProjectGlobals) language.files.refresh();
    return this.#known;
  }

  /** Of a cell that is right as it was typed, see `GrowingProgram.right`. */
  #rightAsTyped(source: CellSource, modules: boolean): Checked | null {
    if (!checksTypes(source)) return null;
    const { language, session } = this.#current(modules);
    const look = language.right(source, session);
    return look === null ? null : { diagnostics: [], types: importedTypes(look) };
  }

  #check(source: CellSource, check: boolean, modules: boolean): Checked {
    const { checker, language, session } = this.#current(modules);
    const { path, view } = this.#open('cell', source, session);
    const imports = [...source.declares.values()].includes('import');
    return {
      diagnostics: check && checksTypes(source) ? checker.check(path, source, view) : [],
      types: imports ? importedTypes(language.look(path)) : new Set(),
    };
  }

  #draft(source: CellSource, context: LanguageContext, list = false): OpenCell {
    return this.#open('draft', source, this.#chain(source, context), list);
  }

  /** The cells before one that is edited. */
  #chain({ language }: CellSource, { preceding }: LanguageContext): CellChain {
    return preceding === undefined ? this.#known.session : this.#known.preceding.chain(preceding, language);
  }

  /** Has the type checker see a cell. */
  #open(file: 'cell' | 'draft', source: CellSource, chain: CellChain, list = false): OpenCell {
    const { files } = this.#known.language;
    const view = new TypeView(source, chain.names, chain.index, list);
    const path = files.path(file);
    files.write(path, view.text, scriptKind(source.language), isSelfContained(source));
    if (isAmbient(source)) this.#ambient = path;
    return { path, view, scope: chain.names };
  }

  /** What is wrong with the `tsconfig.json`, once. */
  #configWarnings(): Diagnostic[] {
    if (this.#warned) return [];
    this.#warned = true;
    return this.#known.config.errors.map(error => ({
      ...error.file === undefined ? { ...diagnosticOf(error, '', () => 0), file: this.#known.config.configFile } : fileDiagnosticOf(error, error.file),
      severity: 'warning',
    }));
  }
}

function knowledge(cwd: string, strict: boolean): Knowledge {
  const config = cellOptions(cwd, strict);
  const language = new CellService(cwd, config);
  const { files } = language;
  const session = new CellChain(files, 'session');
  const preceding = new PrecedingCells(files);
  const empty = new TypeView(parseCell(''), session.names, session.index).text;
  for (const name of ['cell', 'draft']) {
    files.write(files.path(name), empty);
    files.roots.push(files.path(name));
  }
  return { config, language, checker: new TypeChecker(language, cwd), transpiler: new Transpiler(config.options), session, preceding, sources: new Set(), empty };
}

function addTo({ session, sources, language }: Knowledge, source: CellSource): void {
  const module = session.add(source);
  if (module === null) return;
  sources.add(module);
  language.adopt(session.path(module), source);
}

/** JavaScript has no types to be wrong. */
function checksTypes({ language, unchecked }: CellSource): boolean {
  return language !== 'javascript' && !unchecked;
}

function syntaxErrors(source: CellSource): Diagnostic[] {
  return source.errors.map(error => diagnosticOf(error, source.code, offset => typedOffset(offset, source)));
}

/** Names that the session's own code needs: a cell that declares one does not run. */
function reservedNames({ declares, code }: CellSource): Diagnostic[] {
  return [...declares.keys()].filter(name => name.startsWith('__binvit')).map(name => {
    const start = code.indexOf(name);
    return {
      severity: 'error', code: 2397, file: null, range: rangeOf(code, start, start + name.length),
      message: `the name ${name} is taken by the notebook itself; choose one that does not begin with __binvit`,
    };
  });
}
