/**
 * Puts the executables' code into few files: loading sixty small modules takes longer than most of what a command line
 * does. dist/program.js has what a common command needs; each subcommand, and what else is rare, has a file of its own
 * that is loaded when it is used. The library (dist/index.js and what it imports) is plain compiler output.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const at = (path) => new URL(path, root).pathname;
const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));

/**
 * `import(/* apart *\/ './x.ts')`: a file of its own beside the program, for what is rare. It shares neither state nor
 * classes with who imports it (errors are known by their names).
 */
const isApart = (importer, path) => readFileSync(importer, 'utf8').includes(`import(/* apart */ '${path}')`);
const apart = new Map();
const split = {
  name: 'files of their own',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, importer, path }) => {
      if (kind !== 'dynamic-import' || importer === '<stdin>' || !isApart(importer, path)) return undefined;
      const source = relative(at('src'), join(dirname(importer), path));
      const name = source.replaceAll('/', '-').replace('.ts', '');
      apart.set(name, at(`src/${source}`));
      return { path: `../dist/${name}.cjs`, external: true };
    });
  },
};

const nativePart = {
  name: 'the native part of the transport',
  setup({ onResolve }) {
    onResolve({ filter: /^node-gyp-build$/ }, () => ({ path: at('scripts/native-part.cjs') }));
  },
};

const bundle = (input) =>
  build({
    plugins: [split],
    external: Object.keys(dependencies),
    define: { 'import.meta.url': 'bundleUrl' },
    ...input,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    banner: {
      js: "const bundleUrl = 'file://' + encodeURI(__filename).replace(/[?#]/g, encodeURIComponent);",
    },
    logLevel: 'warning',
  });

/** The executables need `main`; the rest is for scripts/code-cache.js. */
const PROGRAM = `
  export { main, runProgram } from './src/cli.ts';
  export { processWorld } from './src/process/process-world.ts';
  export const openClient = async (options) =>
    (await import('./src/ipvs/client.ts')).IpvsClient.open(options);
`;

const WHERE = {
  'import.meta.url': 'bundleUrl',
  // Only the transport asks where it is.
  __dirname: 'inside.transport',
};
const PRELUDE = `
  const module = {};
  const inside = { get transport() { return require.resolve('netlink/dist/raw.js').replace(/\\/[^/]*$/, ''); } };
`;

const RESTORED = `
  -A -t 10.0.0.1:80 -s rr
  -a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1
`;

const program = at('dist/program.js');
const { outputFiles } = await bundle({
  stdin: { contents: PROGRAM, resolveDir: at('.') },
  // To look for the transport's own JavaScript would take longer than to read it here.
  external: Object.keys(dependencies).filter((name) => name !== 'netlink'),
  define: WHERE,
  plugins: [split, nativePart],
  // It is read at every start.
  minifyIdentifiers: true,
  write: false,
});
// What comes from a cache cannot import: it is given a function that does, and says where it is.
const body = outputFiles[0].text.replaceAll(/\bimport\("/g, 'importModule("');
const text = `(function (require, importModule, __filename) {${PRELUDE}${body};return module.exports;})`;
const checksum = createHash('sha256').update(text).digest('hex').slice(0, 16);
writeFileSync(program, `/*${checksum}*/${text}`);
const license = readFileSync(at('node_modules/netlink/LICENSE'), 'utf8');
writeFileSync(at('dist/LICENSES'), `dist/program.js contains a part of the package netlink:\n\n${license}`);
// Each may have such parts itself.
for (const built = new Set(); built.size < apart.size; ) {
  const entryPoints = Object.fromEntries([...apart].filter(([name]) => !built.has(name)));
  for (const name of Object.keys(entryPoints)) built.add(name);
  await bundle({ outdir: at('dist'), entryPoints });
}
// What is found missing here would be found by a user.
const require = createRequire(import.meta.url);
for (const name of apart.keys()) require(at(`dist/${name}.cjs`));
execFileSync(process.execPath, [at('scripts/code-cache.js')], {
  input: RESTORED,
  stdio: ['pipe', 'ignore', 'inherit'],
});
