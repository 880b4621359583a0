import { TUNNEL_TYPES } from '../../model/destination.ts';
import type { RealServer } from '../../plan/host/realserver.ts';
import { UsageError } from '../usage-error.ts';
import { parseChoice, parseDevice, parseHostAddress, parsePort, parseVips } from '../words.ts';

/** The options of `realserver up`, as they are written. */
export interface RealServerValues {
  readonly mode?: string;
  readonly vip?: string;
  readonly device?: string;
  readonly tunnel?: string;
  readonly tunPort?: string;
  readonly rip?: string;
  readonly director?: string;
  readonly setGateway?: boolean;
  readonly alsoDirector?: boolean;
}

/** The real servers that the options of `up` ask for. Throws a UsageError. */
export function readRealServers(values: RealServerValues): RealServer[] {
  if (values.mode === undefined) throw new UsageError('--mode is missing: dr, tun or nat');
  const mode = parseChoice(values.mode, '--mode', ['dr', 'tun', 'nat']);
  refuseStrangers(mode, values);
  if (mode === 'nat') {
    if (values.director === undefined) throw new UsageError('--mode nat wants --director ADDRESS');
    const director = parseHostAddress(values.director, '--director');
    return [{ mode, director, setGateway: values.setGateway === true }];
  }
  if (values.vip === undefined) throw new UsageError(`--mode ${mode} wants --vip ADDRESS[,ADDRESS…]`);
  const vips = parseVips(values.vip);
  if (mode === 'dr') {
    const device = parseDevice(values.device ?? 'lo', '--device');
    const both = values.alsoDirector ? { alsoDirector: true } : {};
    return vips.map((vip) => ({ mode, vip, device, ...both }));
  }
  const tunnel = parseChoice(values.tunnel ?? 'ipip', '--tunnel', TUNNEL_TYPES);
  if ((tunnel === 'gue') !== (values.tunPort !== undefined)) {
    throw new UsageError(
      tunnel === 'gue' ? '--tunnel gue wants --tun-port PORT' : '--tun-port goes with --tunnel gue',
    );
  }
  const port = values.tunPort === undefined ? {} : { port: parsePort(values.tunPort, '--tun-port') };
  const rip = values.rip === undefined ? {} : { rip: parseHostAddress(values.rip, '--rip') };
  return vips.map((vip) => ({ mode, vip, tunnel, ...port, ...rip }));
}

const BELONGS: Readonly<Record<string, { readonly option: string; readonly modes: readonly string[] }>> = {
  vip: { option: '--vip', modes: ['dr', 'tun'] },
  device: { option: '--device', modes: ['dr'] },
  tunnel: { option: '--tunnel', modes: ['tun'] },
  tunPort: { option: '--tun-port', modes: ['tun'] },
  rip: { option: '--rip', modes: ['tun'] },
  director: { option: '--director', modes: ['nat'] },
  setGateway: { option: '--set-gateway', modes: ['nat'] },
  alsoDirector: { option: '--also-director', modes: ['dr'] },
};

function refuseStrangers(mode: string, values: RealServerValues): void {
  for (const [name, { option, modes }] of Object.entries(BELONGS)) {
    if (name in values && !modes.includes(mode))
      throw new UsageError(`${option} does not go with --mode ${mode}`);
  }
}

/** The opposite of `readRealServers`, for one. */
export function formatRealServer(server: RealServer): string[] {
  switch (server.mode) {
    case 'nat':
      return [
        '--mode',
        'nat',
        '--director',
        server.director,
        ...(server.setGateway ? ['--set-gateway'] : []),
      ];
    case 'dr':
      return [
        ...['--mode', 'dr', '--vip', server.vip, '--device', server.device],
        ...(server.alsoDirector ? ['--also-director'] : []),
      ];
    case 'tun': {
      const { vip, tunnel, port, rip } = server;
      const words = ['--mode', 'tun', '--vip', vip, '--tunnel', tunnel];
      if (port !== undefined) words.push('--tun-port', String(port));
      if (rip !== undefined) words.push('--rip', rip);
      return words;
    }
  }
}
