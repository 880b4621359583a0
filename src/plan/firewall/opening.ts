import type { Chain, FilterPacket, Value } from './rule.ts';

/** How a chain is made to let a packet pass: commands, and what to do about the program that wrote the chain. */
export interface Opening {
  readonly fix: readonly string[];
  readonly advice: string;
}

/** By the program that the chain is of, which is told by its table's name. */
export function opening(chain: Chain, chains: readonly Chain[], { family, fields }: FilterPacket): Opening {
  const protocol = word(fields.protocol);
  const [sport, dport] = [fields.sport, fields.dport].map(portOf);
  const [source, target] = [fields.saddr, fields.daddr].map((values) => addressOf(values, family === 'inet'));
  const [, name] = chain.table.split(' ');
  if (name === 'keepalived') {
    return {
      fix: [],
      advice:
        'keepalived drops what is for its addresses where vrrp_strict is set or `accept` is not: remove vrrp_strict, or add `accept` to the vrrp_instance, and reload keepalived',
    };
  }
  if (name === 'firewalld') {
    const opens = chain.hook === 'input' && protocol !== undefined;
    const what = dport === undefined ? `--add-protocol=${protocol}` : `--add-port=${dport}/${protocol}`;
    return {
      fix: opens ? [`firewall-cmd ${what}`] : [],
      advice: opens
        ? `in the zone that clients come in by (--zone); and to stay: firewall-cmd --permanent ${what}`
        : 'this is firewalld’s: add a policy that accepts it (firewall-cmd --permanent --new-policy …)',
    };
  }
  const keep = 'write it into the firewall’s own configuration as well, which is read at boot';
  const isIptables = /^ip6?tables-/.test(chain.table);
  if (isIptables) {
    const program = chain.table.split(' ')[0];
    const docker =
      chain.hook === 'forward' && hasChain(chains, chain, 'DOCKER-USER') ? 'DOCKER-USER' : chain.ownName;
    const words = [
      ...(source === undefined ? [] : [`-s ${source}`]),
      ...(target === undefined ? [] : [`-d ${target}`]),
      ...(protocol === undefined ? [] : [`-p ${IPTABLES_NAMES[protocol] ?? protocol}`]),
      ...(sport === undefined ? [] : [`--sport ${sport}`]),
      ...(dport === undefined ? [] : [`--dport ${dport}`]),
    ];
    const line = `${program} -t ${name} -I ${docker} ${words.join(' ')} -j ACCEPT`;
    return { fix: [line], advice: keep };
  }
  const ip = family === 'inet' ? 'ip' : 'ip6';
  const conditions = [
    ...(source === undefined ? [] : [`${ip} saddr ${source}`]),
    ...(target === undefined ? [] : [`${ip} daddr ${target}`]),
    ...(sport === undefined ? [] : [`${protocol} sport ${sport}`]),
    ...(dport === undefined ? [] : [`${protocol} dport ${dport}`]),
    ...(protocol === undefined || sport !== undefined || dport !== undefined
      ? []
      : [`meta l4proto ${NFT_NAMES[protocol] ?? protocol}`]),
  ];
  const docker = chain.hook === 'forward' && hasChain(chains, chain, 'DOCKER-USER');
  const place = docker ? `${chain.table} DOCKER-USER` : chain.name;
  return { fix: [`nft insert rule ${place} ${conditions.join(' ')} accept`], advice: keep };
}

/** Numbers, which no file of names is needed for. */
const NFT_NAMES: Readonly<Record<string, string>> = { ipip: '4', ipv6: '41', gre: '47' };
const IPTABLES_NAMES = NFT_NAMES;

function hasChain(chains: readonly Chain[], { table }: Chain, ownName: string): boolean {
  return chains.some((chain) => chain.table === table && chain.ownName === ownName);
}

function word(values: readonly Value[] | undefined): string | undefined {
  const [only] = values ?? [];
  return values?.length === 1 && typeof only === 'string' ? only : undefined;
}

/** One port; those of clients are not worth a condition. */
function portOf(values: readonly Value[] | undefined): string | undefined {
  const [only] = values ?? [];
  return typeof only === 'object' && only.from === only.to ? String(only.from) : undefined;
}

function addressOf(values: readonly Value[] | undefined, inet: boolean): string | undefined {
  const [only] = values ?? [];
  if (typeof only !== 'object') return undefined;
  if (inet) return [24n, 16n, 8n, 0n].map((shift) => (only.from >> shift) & 255n).join('.');
  return Array.from({ length: 8 }, (_, at) =>
    ((only.from >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  ).join(':');
}
