import type { Address } from '../model/address.ts';
import { ownName, type World } from '../process/world.ts';
import type { Command } from '../syntax/ipvsadm/command.ts';
import { parse } from '../syntax/ipvsadm/parse.ts';
import type { Refusal } from '../syntax/ipvsadm/refusal.ts';

/** Reads command lines, looking up the host names in them, each once. */
export type Reader = (words: readonly string[]) => Promise<ReadLine> | ReadLine;

export type ReadLine = { readonly kind: 'command'; readonly command: Command } | Refusal;

/** A reader for one run. It answers at once where no name is to be looked up. */
export function newReader(world: World): Reader {
  const hosts = new Map<string, Address | null>();
  const { programName, environment } = world;
  const context = {
    programName,
    hosts,
    servicePort: world.servicePort,
    posix: environment.POSIXLY_CORRECT !== undefined || environment.POSIX_ME_HARDER !== undefined,
    ownOptions: ownName(world) !== undefined,
  };
  const readAfterLookup = async (words: readonly string[], name: string): Promise<ReadLine> => {
    hosts.set(name, await world.findHost(name));
    return read(words);
  };
  const read: Reader = (words) => {
    const parsed = parse(words, context);
    return parsed.kind === 'host-needed' ? readAfterLookup(words, parsed.name) : parsed;
  };
  return read;
}
