/** The commands, by the names that error messages use. */
export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'restore'
  | 'save'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'list'
  | 'zero'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'help'
  | 'version';

/**
 * What a line can say only once, by the names that error messages use. The order counts: a line with several mistakes
 * is refused for the one that comes first here.
 */
export const SLOTS = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const;

export type Slot = (typeof SLOTS)[number];

/** Whether an option is followed by a value. An optional value is only taken if it does not begin with `-`. */
export type Argument = 'none' | 'required' | 'optional';

interface Grammar {
  /** After one dash. */
  readonly letter?: string;
  readonly argument: Argument;
  /** Stands for the value of an optional argument that is not given. */
  readonly implied?: string;
}

/** `long`, the name after two dashes, also identifies the option within this program. */
export interface CommandOption extends Grammar {
  readonly does: 'command';
  readonly long: CommandSpelling;
  readonly command: CommandName;
}

/** An option that says something once, so it has a slot, or (`--ipv6`, `--sort`, `--check`, `--json`, `--fullnat`) any number of times. */
export interface SettingOption extends Grammar {
  readonly does: 'setting';
  readonly long: SettingName;
  readonly slot?: Slot;
}

export type Option = CommandOption | SettingOption;

type CommandSpelling = Exclude<CommandName, 'flush'> | 'clear';

/** The options that are not commands. */
export type SettingName =
  | Exclude<Slot, 'service-address' | 'forwarding-method'>
  | 'tcp-service'
  | 'udp-service'
  | 'sctp-service'
  | 'fwmark-service'
  | 'masquerading'
  | 'ipip'
  | 'gatewaying'
  | 'ipv6'
  | 'sort'
  | 'check'
  | 'json'
  | 'fullnat';

function command(
  letter: string | undefined,
  long: CommandSpelling,
  argument: Argument = 'none',
  name: CommandName = long as CommandName,
): CommandOption {
  return { ...(letter && { letter }), long, argument, does: 'command', command: name };
}

function setting(
  letter: string | undefined,
  long: SettingName,
  argument: Argument = 'none',
  slot: Slot = long as Slot,
): SettingOption {
  return { ...(letter && { letter }), long, argument, does: 'setting', slot };
}

function repeatable(letter: string | undefined, long: SettingName): SettingOption {
  return { ...(letter && { letter }), long, argument: 'none', does: 'setting' };
}

/** Every option that ipvsadm 1.31 has. */
export const OPTIONS: readonly Option[] = [
  command('A', 'add-service'),
  command('E', 'edit-service'),
  command('D', 'delete-service'),
  command('C', 'clear', 'none', 'flush'),
  command('R', 'restore'),
  command('S', 'save'),
  command('a', 'add-server'),
  command('e', 'edit-server'),
  command('d', 'delete-server'),
  command('L', 'list'),
  command('l', 'list'),
  command('Z', 'zero'),
  command(undefined, 'set'),
  command(undefined, 'start-daemon', 'required'),
  command(undefined, 'stop-daemon', 'required'),
  command('h', 'help'),
  command('v', 'version'),
  setting('t', 'tcp-service', 'required', 'service-address'),
  setting('u', 'udp-service', 'required', 'service-address'),
  setting(undefined, 'sctp-service', 'required', 'service-address'),
  setting('f', 'fwmark-service', 'required', 'service-address'),
  setting('s', 'scheduler', 'required'),
  { ...setting('p', 'persistent', 'optional'), implied: '360' },
  setting('M', 'netmask', 'required'),
  setting('r', 'real-server', 'required'),
  setting('m', 'masquerading', 'none', 'forwarding-method'),
  setting('i', 'ipip', 'none', 'forwarding-method'),
  setting('g', 'gatewaying', 'none', 'forwarding-method'),
  setting('w', 'weight', 'required'),
  setting('x', 'u-threshold', 'required'),
  setting('y', 'l-threshold', 'required'),
  setting(undefined, 'mcast-interface', 'required'),
  setting(undefined, 'timeout'),
  setting(undefined, 'daemon'),
  setting(undefined, 'stats'),
  setting(undefined, 'rate'),
  setting(undefined, 'thresholds'),
  setting(undefined, 'persistent-conn'),
  setting(undefined, 'nosort'),
  repeatable(undefined, 'sort'),
  setting('X', 'exact'),
  repeatable('6', 'ipv6'),
  setting('o', 'ops'),
  setting(undefined, 'pe', 'required'),
  setting('b', 'sched-flags', 'required'),
  setting('n', 'numeric'),
  setting('c', 'connection'),
  setting(undefined, 'syncid', 'required'),
  setting(undefined, 'mcast-group', 'required'),
  setting(undefined, 'mcast-port', 'required'),
  setting(undefined, 'mcast-ttl', 'required'),
  setting(undefined, 'sync-maxlen', 'required'),
  setting(undefined, 'tun-info'),
  setting(undefined, 'tun-type', 'required'),
  setting(undefined, 'tun-port', 'required'),
  setting(undefined, 'tun-nocsum'),
  setting(undefined, 'tun-csum'),
  setting(undefined, 'tun-remcsum'),
];

/** Our own additions, unknown when the program is called `ipvsadm`. */
export const OWN_OPTIONS: readonly Option[] = [
  repeatable(undefined, 'check'),
  repeatable(undefined, 'json'),
  repeatable(undefined, 'fullnat'),
];
