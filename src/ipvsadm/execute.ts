import { IpvsError } from '../ipvs/errors.ts';
import type { Command, View } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { FullnatRefusal, refuseOnePacket, requireLocalAddresses } from './fullnat.ts';
import type { Kernel, World } from './world.ts';

/** A command that is one exchange with the kernel. */
export type PlainCommand = Exclude<Command, { kind: 'restore' | 'help' | 'version' }>;

/** Carries out a command, prints what comes of it, and returns the exit code. What prints is loaded when needed. */
export async function execute(command: PlainCommand, kernel: Kernel, world: World): Promise<number> {
  try {
    world.stdout.write(await perform(command, kernel, world));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof IpvsError || error instanceof FullnatRefusal)) throw error;
    world.stderr.write(`${error instanceof IpvsError ? failureText(error) : error.message}\n`);
    return command.kind === 'change' || command.kind === 'fullnat-change' ? EXIT.failed : EXIT.unreadable;
  }
}

/** Carries out a command and returns what is to be printed. */
async function perform(command: PlainCommand, kernel: Kernel, world: World): Promise<string> {
  switch (command.kind) {
    case 'change':
      await refuseOnePacket(command.change, world);
      await kernel.change(command.change);
      return '';
    case 'fullnat-change':
      await requireLocalAddresses(command.service, kernel, world);
      await kernel.change(command.change);
      return '';
    case 'list':
      return list(command, kernel, world);
    case 'save':
      return save(command, kernel, world);
    case 'list-connections':
      return listConnections(command, world);
    case 'list-timeouts': {
      if (command.json)
        return (await import('./listing-json.ts')).renderTimeoutsJson(await kernel.timeouts());
      const { renderTimeouts } = await import('./listing-settings.ts');
      return renderTimeouts(await kernel.timeouts());
    }
    case 'list-daemons': {
      if (command.json) return (await import('./listing-json.ts')).renderDaemonsJson(await kernel.daemons());
      const { renderDaemons } = await import('./listing-settings.ts');
      return renderDaemons(await kernel.daemons());
    }
  }
}

async function list(
  { service: id, style, json, fullnat }: Extract<PlainCommand, { kind: 'list' }>,
  kernel: Kernel,
  world: World,
): Promise<string> {
  const [{ renderTable }, { NUMERIC, tableAddresses }] = await Promise.all([
    import('./listing.ts'),
    import('./names.ts'),
  ]);
  const listing = id
    ? { services: [{ ...(await kernel.service(id)), destinations: await kernel.destinations(id) }] }
    : {
        info: await kernel.info(),
        services: await kernel.tables({ counters: json === true || showsCounters(style.view) }),
      };
  if (json) return (await import('./listing-json.ts')).renderTableJson(listing, style);
  const names = style.numeric ? NUMERIC : await world.findNames(tableAddresses(listing.services));
  const localAddresses = fullnat ? await world.localAddresses() : undefined;
  return renderTable({ ...listing, ...(localAddresses && { localAddresses }) }, style, names);
}

/** The other views need not wait for them. */
function showsCounters(view: View): boolean {
  return view === 'stats' || view === 'rate';
}

async function save(options: { numeric: boolean }, kernel: Kernel, world: World): Promise<string> {
  const [{ renderSave }, { NUMERIC, tableAddresses }] = await Promise.all([
    import('./save.ts'),
    import('./names.ts'),
  ]);
  const services = await kernel.tables({ counters: false });
  const names = options.numeric ? NUMERIC : await world.findNames(tableAddresses(services));
  return renderSave(services, options, names);
}

async function listConnections(
  options: Extract<PlainCommand, { kind: 'list-connections' }>,
  world: World,
): Promise<string> {
  if (options.json) {
    const [{ renderConnectionsJson }, { parseConnections }] = await Promise.all([
      import('./listing-json.ts'),
      import('./connections.ts'),
    ]);
    return renderConnectionsJson(parseConnections(await world.readConnections()));
  }
  const [{ connectionAddresses, renderConnections }, { NUMERIC }] = await Promise.all([
    import('./connections.ts'),
    import('./names.ts'),
  ]);
  const text = await world.readConnections();
  const names = options.numeric ? NUMERIC : await world.findNames(connectionAddresses(text));
  return renderConnections(text, options, names);
}
