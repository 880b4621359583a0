import { formatPool } from '../../model/pool.ts';
import { formatServiceId } from '../../model/service.ts';
import { renderFullnatList } from '../../output/fullnat.ts';
import type { World } from '../../process/world.ts';
import { EXIT } from '../exit-codes.ts';
import { openJournal } from '../open-journal.ts';
import type { CommonOptions } from '../role.ts';
import { fullnatOf, NAME } from './role.ts';

/** Lists the services that were enabled here, and whether new connections are translated now. */
export async function list(options: CommonOptions, world: World): Promise<number> {
  const machine = await world.openHost();
  try {
    const journal = await openJournal(options.stateDir);
    const recorded = [...journal.owners].filter(([owner]) => owner.startsWith(`${NAME} `));
    const content = recorded.length === 0 ? undefined : await machine.fullnat();
    const rows = recorded.map(([owner, words]) => {
      const { service, pool, device, floating } = fullnatOf(words);
      const name = formatServiceId(service);
      const isKept = journal.entries.some(
        (entry) => entry.setting.kind === 'nft-service' && entry.owners.includes(owner),
      );
      const isOn = content?.services.has(name) ?? false;
      const state = isOn ? ('on' as const) : isKept ? ('broken' as const) : ('ending' as const);
      return {
        service: name,
        localAddresses: formatPool(pool),
        place: floating ? 'floating' : (device ?? 'by network'),
        state,
      };
    });
    world.stdout.write(renderFullnatList(rows, options.json ? 'json' : 'text'));
    return EXIT.ok;
  } finally {
    await machine.close();
  }
}
