#!/usr/bin/env node
// dist/program.js is a function, and dist/program.cache what V8 compiled of it when it was built: compiling it anew would
// take a tenth of the time that a short command takes. V8 refuses what another version of it compiled; then, as without
// that file, everything is compiled as usual.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = `${__dirname}/../dist/program.js`;
let cachedData;
try {
  cachedData = readFileSync(`${__dirname}/../dist/program.cache`);
} catch {}
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData });

/** Requires what can be required: the loader of other modules takes longer to start than most commands. */
async function load(path) {
  if (!path.endsWith('.cjs')) return import(path);
  // A Node.js that keeps compiled code keeps it here, not where it would by itself: anybody could write there.
  require('node:module').enableCompileCache?.(`${__dirname}/../.cache/compiled`);
  return require(path);
}

script.runInThisContext()(require, load, __filename).main();
