import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleLanguageServer } from './bundle-language-server.mjs';

chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755);
await bundleLanguageServer(fileURLToPath(new URL('../dist/notebook/language/server.cjs', import.meta.url)));
