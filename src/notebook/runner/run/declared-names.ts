/** A variable that a cell declares at its top level. */
export interface DeclaredName {
  readonly name: string;
  readonly keyword: 'const' | 'let' | 'var';
  /** Its written type; `null` where it follows from the first value. */
  readonly type: string | null;
}

/** Variables that code declares at its top level, in order. */
export async function declaredNames(code: string): Promise<DeclaredName[]> {
  // Loaded here: only a run with parameters pays for the compiler in this process.
  const { default: ts } = await import('typescript');
  const file = ts.createSourceFile('parameters.ts', code, ts.ScriptTarget.Latest);
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const { flags } = declarationList;
    const keyword = flags & ts.NodeFlags.Const ? 'const' : flags & ts.NodeFlags.Let ? 'let' : 'var';
    return declarationList.declarations.flatMap(({ name, type }) =>
      namesOf(name).map(bound => ({ name: bound, keyword, type: type === undefined || !ts.isIdentifier(name) ? null : type.getText(file) })));

    function namesOf(binding: import('typescript').BindingName): string[] {
      if (ts.isIdentifier(binding)) return [binding.text];
      return binding.elements.flatMap(element => ts.isOmittedExpression(element) ? [] : namesOf(element.name));
    }
  });
}
