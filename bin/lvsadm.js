#!/usr/bin/env node
// A node that has it keeps the compiled code from one run to the next.
require('node:module').enableCompileCache?.();

require('../dist/lvsadm.cjs').main();
