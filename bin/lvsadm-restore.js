#!/usr/bin/env node
import('../dist/cli.js').then(
  ({ main }) => main(),
  (error) => {
    console.error(`lvsadm: cannot start: ${String(error.message).split('\n')[0]}`);
    process.exitCode = 70;
  },
);
