#!/usr/bin/env node
// dist/program.js is a function, and dist/program.cache what V8 compiled of it when it was built: compiling it anew would
// take a tenth of the time that a short command takes. Without that file, or when it is of another program, another
// Node.js or another machine, everything is compiled as usual.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

// package.json says so, too ("engines"), but nothing keeps to it where the program is called by another Node.js.
if (Number.parseInt(process.versions.node, 10) < 20) {
  console.error(`lvsadm needs Node.js 20 or later, and ${process.execPath} is ${process.versions.node}`);
  process.exit(1);
}

const filename = `${__dirname}/../dist/program.js`;
const source = readFileSync(filename, 'utf8');
const script = new Script(source, { filename, cachedData: readCompiled() });

function readCompiled() {
  try {
    const cache = readFileSync(`${__dirname}/../dist/program.cache`);
    // What scripts/code-cache.js has written in front: the program's checksum, which it begins with, and where it was built.
    const label = `${source.slice(0, 20)} ${process.version} ${process.arch}`.padEnd(64);
    return cache.latin1Slice(0, 64) === label ? cache.subarray(64) : undefined;
  } catch {
    return undefined;
  }
}

/** Requires what can be required: the loader of other modules takes longer to start than most commands. */
async function load(path) {
  if (!path.endsWith('.cjs')) return import(path);
  // A Node.js that keeps compiled code keeps it here, not where it would by itself: anybody could write there.
  require('node:module').enableCompileCache?.(`${__dirname}/../.cache/compiled`);
  return require(path);
}

script.runInThisContext()(require, load, __filename).main();
