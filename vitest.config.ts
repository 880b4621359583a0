import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** One project per kind of proof; the last four need IPVS, so they run behind the prefix `scripts/lab`. */
const project = (name: string, extra: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...extra },
});
const onKernel = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  // The checkout may be read-only for the user who runs the tests (it is, in the lab).
  cacheDir: join(tmpdir(), 'lvsadm-vitest'),
  test: {
    projects: [
      project('unit', { testTimeout: 60_000 }),
      project('fault', { testTimeout: 60_000 }),
      project('native', { testTimeout: 300_000 }),
      project('lab', {
        testTimeout: 300_000,
        hookTimeout: 300_000,
        fileParallelism: false,
        // The lab has more to do for a kernel with modules, and that one need not be built.
        env: { LVSADM_LAB_KERNEL: 'debian' },
      }),
      project('kernel', onKernel),
      project('compat', onKernel),
      // The real keepalived, whose requests are written down and not sent.
      project('import', { testTimeout: 60_000 }),
      // It wants the kernel that scripts/lab-kernel builds.
      project('fullnat', onKernel),
      // And this one Debian's, so that two kernels are covered.
      project('smoke', onKernel),
    ],
  },
});
