import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'docs/demo/*.js', 'vscode/dist/', 'build/', 'node_modules/', 'runs/', 'out/', 'coverage/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'vscode/src/**/*.ts', 'vscode/renderer/**/*.ts', 'docs/demo/source/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Typed arrays and weight tables are indexed by loops whose bounds the code has just established.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Numbers in error sentences and progress lines are the normal case here.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
);
