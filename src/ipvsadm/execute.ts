import { IpvsError } from '../ipvs/errors.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { ServiceTable } from '../model/table.ts';
import { FullnatRefusal } from '../process/refusal.ts';
import type { Names, World } from '../process/world.ts';
import type { Command, View } from '../syntax/ipvsadm/command.ts';
import { EXIT } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { refuseOnePacket, requireLocalAddresses } from './fullnat.ts';
import type { TableText } from './listing/listing.ts';

/** A command that is one exchange with the kernel. */
export type PlainCommand = Exclude<Command, { kind: 'restore' | 'help' | 'version' }>;

/** Carries out a command, prints what comes of it, and returns the exit code. What prints is loaded when needed. */
export async function execute(command: PlainCommand, kernel: Kernel, world: World): Promise<number> {
  try {
    await perform(command, kernel, world);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof IpvsError || error instanceof FullnatRefusal)) throw error;
    world.stderr.write(`${error instanceof IpvsError ? failureText(error) : error.message}\n`);
    return command.kind === 'change' || command.kind === 'fullnat-change' ? EXIT.failed : EXIT.unreadable;
  }
}

async function perform(command: PlainCommand, kernel: Kernel, world: World): Promise<void> {
  switch (command.kind) {
    case 'change':
      await refuseOnePacket(command.change, world);
      return kernel.change(command.change);
    case 'fullnat-change':
      await requireLocalAddresses(command.service, kernel, world);
      return kernel.change(command.change);
    case 'list':
      return list(command, kernel, world);
    case 'save':
      return save(command, kernel, world);
    case 'list-connections':
      return world.stdout.write(await connectionsText(command, world));
    case 'list-timeouts': {
      const timeouts = await kernel.timeouts();
      const text = command.json
        ? (await import(/* apart */ './listing/json.ts')).renderTimeoutsJson(timeouts)
        : (await import(/* apart */ './listing/settings.ts')).renderTimeouts(timeouts);
      return world.stdout.write(text);
    }
    case 'list-daemons': {
      const daemons = await kernel.daemons();
      const text = command.json
        ? (await import(/* apart */ './listing/json.ts')).renderDaemonsJson(daemons)
        : (await import(/* apart */ './listing/settings.ts')).renderDaemons(daemons);
      return world.stdout.write(text);
    }
  }
}

async function list(
  { service: id, style, json, fullnat }: Extract<PlainCommand, { kind: 'list' }>,
  kernel: Kernel,
  world: World,
): Promise<void> {
  const [{ listingText }, { sortServices }] = await Promise.all([
    import('./listing/listing.ts'),
    import('./listing/order.ts'),
  ]);
  const counters = json === true || showsCounters(style.view);
  const info = id ? undefined : await kernel.info();
  const listed = id ? [await kernel.service(id)] : await kernel.services({ counters });
  const services = style.sorted ? sortServices(listed) : listed;
  const each: EachTable = (visit) => kernel.eachTable(services, visit, { counters });
  if (json) {
    const { renderTableJson } = await import(/* apart */ './listing/json.ts');
    world.stdout.write(renderTableJson(info, await collect(each), style));
    return;
  }
  const localAddresses = fullnat ? await world.localAddresses() : undefined;
  const frame = { ...(info && { info }), ...(localAddresses && { localAddresses }) };
  await printTables(each, style.numeric, world, (names) => listingText(frame, style, names));
}

/** The other views need not wait for them. */
function showsCounters(view: View): boolean {
  return view === 'stats' || view === 'rate';
}

async function save({ numeric }: { numeric: boolean }, kernel: Kernel, world: World): Promise<void> {
  const [{ saveText }, { sortServices }] = await Promise.all([
    import('./save.ts'),
    import('./listing/order.ts'),
  ]);
  const options = { counters: false };
  const services = sortServices(await kernel.services(options));
  const each: EachTable = (visit) => kernel.eachTable(services, visit, options);
  await printTables(each, numeric, world, (names) => saveText({ numeric }, names));
}

/** Shows every service with its destinations, one after the other. */
type EachTable = (visit: (table: ServiceTable) => void) => Promise<void>;

/** So many services are put into one text, of which nothing remains but its characters. */
const PAGE = 64;

/**
 * Writes each service down when it is there, and prints all of them at the end: half a table might be taken for one.
 * Names are looked up for all of them together, beforehand.
 */
async function printTables(
  each: EachTable,
  numeric: boolean,
  world: World,
  textWith: (names: Names) => TableText,
): Promise<void> {
  const { NUMERIC, tableAddresses } = await import('./listing/names.ts');
  const all = numeric ? undefined : await collect(each);
  const text = textWith(all ? await world.findNames(tableAddresses(all)) : NUMERIC);
  const pages: string[] = [];
  let page = [text.header];
  const writeDown = (table: ServiceTable) => {
    page.push(text.service(table));
    if (page.length < PAGE) return;
    pages.push(page.join(''));
    page = [];
  };
  if (all) for (const table of all) writeDown(table);
  else await each(writeDown);
  for (const written of pages) world.stdout.write(written);
  world.stdout.write(page.join(''));
}

async function collect(each: EachTable): Promise<ServiceTable[]> {
  const all: ServiceTable[] = [];
  await each((table) => all.push(table));
  return all;
}

async function connectionsText(
  options: Extract<PlainCommand, { kind: 'list-connections' }>,
  world: World,
): Promise<string> {
  if (options.json) {
    const [{ renderConnectionsJson }, { parseConnections }] = await Promise.all([
      import(/* apart */ './listing/json.ts'),
      import(/* apart */ '../ipvs/connection-table.ts'),
    ]);
    return renderConnectionsJson(parseConnections(await world.readConnections()));
  }
  const [{ connectionAddresses }, { renderConnections }, { NUMERIC }] = await Promise.all([
    import(/* apart */ '../ipvs/connection-table.ts'),
    import(/* apart */ './listing/connections.ts'),
    import('./listing/names.ts'),
  ]);
  const text = await world.readConnections();
  const names = options.numeric ? NUMERIC : await world.findNames(connectionAddresses(text));
  return renderConnections(text, options, names);
}
