import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it.each(['lvsadm', 'lvsadm-save', 'lvsadm-restore'])('%s says which Node.js it needs', (name) => {
  const path = new URL(`../../../bin/${name}.js`, import.meta.url).pathname;
  const old = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });
    require(${JSON.stringify(path)});
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', old], { encoding: 'utf8' });
  expect(stderr).toBe(`lvsadm needs Node.js 20 or later, and ${process.execPath} is 18.20.4\n`);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});
