import { readWanted } from '../../actions/table/reconcile.ts';
import { renderJson } from '../../output/json.ts';
import { documentOf, formatExport } from '../../syntax/document/text.ts';
import { EXIT } from '../exit-codes.ts';
import { tellUnsettled, withKernel } from '../kernel.ts';
import { subcommand } from '../subcommand.ts';

/** Prints the table as a document that `apply` and `diff` read. */
export const run = subcommand({
  name: 'export',
  summary: 'Prints the IPVS table as a document for apply and diff.',
  define(program, world, perform) {
    program.option('--json', 'as JSON instead of YAML');
    perform(program, async ({ json }: { readonly json?: boolean }) => {
      let settled = true;
      const table = await withKernel(world, (kernel) =>
        readWanted(kernel, () => {
          settled = false;
          tellUnsettled(world)();
        }),
      );
      world.stdout.write(json ? renderJson(documentOf(table)) : formatExport(table));
      // What may be incomplete is no backup.
      return settled ? EXIT.ok : EXIT.failed;
    });
  },
});
