/**
 * In dist/program.js this is what the transport calls node-gyp-build: its native part is nearly always in one place, and
 * to look for all the others takes longer than to load it.
 */
const { createRequire } = require('node:module');

module.exports = (folder) => {
  try {
    return require(`${folder}/prebuilds/linux-${process.arch}/node.napi.node`);
  } catch {
    return createRequire(`${folder}/`)('node-gyp-build')(folder);
  }
};
