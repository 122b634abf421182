import type * as tsserver from 'typescript/lib/tsserverlibrary';

/** What the extension tells the plugin. */
interface Configuration {
  /** Paths of the notebooks whose cells the session answers for. */
  readonly notebooks: readonly string[];
}

/** How the editor names a cell to the server; the authority depends on where the editor runs. */
const cellFile = /^\^\/vscode-notebook-cell\/[^/]*(\/.*)#/;

// One server loads this module once and makes a plugin from it for each of its projects.
let notebooks: readonly string[] = [];
const isOurs = (fileName: string): boolean => notebooks.includes(cellFile.exec(fileName)?.[1] ?? '');

/**
 * A plugin of the editor's TypeScript server that stays silent about the cells of our notebooks, where the session answers:
 * it knows the other cells, the server does not.
 */
const plugin: tsserver.server.PluginModuleFactory = () => {
  let project: tsserver.server.Project | null = null;
  return {
    create({ languageService, project: own }) {
      project = own;
      const silent: Partial<tsserver.LanguageService> = {
        getSyntacticDiagnostics: file => (isOurs(file) ? [] : languageService.getSyntacticDiagnostics(file)),
        getSemanticDiagnostics: file => (isOurs(file) ? [] : languageService.getSemanticDiagnostics(file)),
        getSuggestionDiagnostics: file => (isOurs(file) ? [] : languageService.getSuggestionDiagnostics(file)),
        getCompletionsAtPosition: (file, ...rest) => (isOurs(file) ? undefined : languageService.getCompletionsAtPosition(file, ...rest)),
        getQuickInfoAtPosition: (file, ...rest) => (isOurs(file) ? undefined : languageService.getQuickInfoAtPosition(file, ...rest)),
        getSignatureHelpItems: (file, ...rest) => (isOurs(file) ? undefined : languageService.getSignatureHelpItems(file, ...rest)),
      };
      return Object.assign(Object.create(languageService) as tsserver.LanguageService, silent);
    },
    onConfigurationChanged(configuration: Configuration) {
      notebooks = configuration.notebooks;
      project?.refreshDiagnostics();
    },
  };
};

export = plugin;
