/**
 * Puts the executables' code into few files: loading sixty small modules takes longer than most of what a command line
 * does. dist/lvsadm.cjs has the compatible command line; each subcommand has a file of its own, loaded when it is used.
 * Modules that are imported at the moment of use stay unevaluated until then. The library (dist/index.js and what it
 * imports) is plain compiler output.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const at = (path) => new URL(path, root).pathname;
const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));

const subcommands = new Set();
const split = {
  name: 'a file for each subcommand',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ kind, importer, path }) => {
      if (kind !== 'dynamic-import' || importer !== at('src/commands/index.ts')) return undefined;
      const name = basename(path, '.ts');
      subcommands.add(name);
      return { path: `./command-${name}.cjs`, external: true };
    });
  },
};

const bundle = (entryPoints) =>
  build({
    entryPoints,
    outdir: at('dist'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    external: Object.keys(dependencies),
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'warning',
    plugins: [split],
  });

await bundle({ lvsadm: at('src/cli.ts') });
await bundle(
  Object.fromEntries([...subcommands].map((name) => [`command-${name}`, at(`src/commands/${name}.ts`)])),
);
