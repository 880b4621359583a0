import type { Daemon } from '../../model/daemon.ts';
import type { Timeouts } from '../../model/timeouts.ts';
import { type Notes, note } from './notes.ts';
import type { Statement } from './tree.ts';
import { readAddress, readUnsigned } from './values.ts';

/** What keepalived's own running is about, and no table's. */
const OWN =
  /^(router_id|notification_email(_from)?|smtp_.*|no_email_faults|script_user|enable_script_security|max_auto_priority|process_names?|.*_process_name|.*_priority|.*_no_swap|.*_rt_priority|.*_rlimit_rttime|.*_affinity|enable_snmp_.*|enable_traps|snmp_.*|enable_dbus|dbus_.*|umask|lvs_flush.*|checker_log_all_failures|reload_.*|config_save_dir|tmp_config_directory|use_symlink_paths|json_version|log_unknown_vrids|.*_rcv_bufs(_force)?|rs_init_notifies|no_checker_emails|rx_bufs_.*|startup_script.*|shutdown_script.*|default_interface|disable_local_igmp|dynamic_interfaces|data_use_instance|nftables.*|vrrp_.*|bfd_.*|lvs_notify_fifo.*|notify_fifo.*)$/;

/** The table's part of `global_defs`, and a word about the blocks that are not about virtual servers. */
export function readGlobals(
  tree: readonly Statement[],
  notes: Notes,
): { timeouts: Partial<Timeouts>; daemons: readonly Daemon[] } {
  const timeouts: { -readonly [K in keyof Timeouts]?: Timeouts[K] } = {};
  const daemons: Daemon[] = [];
  for (const { statements } of tree.filter(({ keyword }) => keyword === 'global_defs')) {
    for (const statement of statements) {
      const { keyword, place } = statement;
      if (keyword === 'lvs_timeouts') Object.assign(timeouts, readTimeouts(statement, notes));
      else if (keyword === 'lvs_sync_daemon') daemons.push(...readDaemons(statement, notes));
      else if (!OWN.test(keyword))
        note(notes, 'left-out', place, `${keyword}: it has no place in the document`);
    }
  }
  for (const { keyword, words, place } of tree) {
    if (/^(vrrp|bfd|static|garp)_/.test(keyword) && keyword !== 'vrrp_track_file') {
      note(
        notes,
        'left-out',
        place,
        `${[keyword, ...words].join(' ')}: VRRP, BFD and addresses stay keepalived's (keepalived -P)`,
      );
    }
  }
  return { timeouts, daemons };
}

const TIMEOUTS: Readonly<Record<string, keyof Timeouts>> = { tcp: 'tcp', tcpfin: 'tcpFin', udp: 'udp' };

function readTimeouts({ words, place }: Statement, notes: Notes): Partial<Timeouts> {
  const found: { -readonly [K in keyof Timeouts]?: Timeouts[K] } = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = TIMEOUTS[words[at]!];
    const seconds = readUnsigned(words[at + 1], 1, 31 * 86_400, true);
    if (name && seconds !== undefined) found[name] = seconds;
    else
      note(notes, 'ignored', place, `lvs_timeouts: '${words.slice(at, at + 2).join(' ')}' is not understood`);
  }
  return found;
}

/** `lvs_sync_daemon eth0 [inst] VI_1 id 7 …`: without an instance both roles run; with one, its state decides. */
function readDaemons({ words, place }: Statement, notes: Notes): Daemon[] {
  const [device = '', ...rest] = words;
  const values = new Map<string, string>();
  let instance: string | undefined;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    if (['id', 'maxlen', 'port', 'ttl', 'group'].includes(word)) values.set(word, rest[++at] ?? '');
    else if (word === 'inst') instance = rest[++at];
    else if (at === 0) instance = word;
    else note(notes, 'ignored', place, `lvs_sync_daemon: '${word}' is not understood`);
  }
  if (instance !== undefined) {
    note(
      notes,
      'left-out',
      place,
      `lvs_sync_daemon goes by the state of ${instance}, and stays keepalived's (keepalived -P)`,
    );
    return [];
  }
  const number = (name: string, least: number, most: number) =>
    readUnsigned(values.get(name), least, most, true);
  const [syncId = 0, maxLength, port, ttl] = [
    number('id', 0, 255),
    number('maxlen', 1, 65_507),
    number('port', 1, 65_535),
    number('ttl', 1, 255),
  ];
  const group = readAddress(values.get('group'));
  const daemon = {
    interface: device,
    syncId,
    ...(maxLength !== undefined && { maxLength }),
    ...(port !== undefined && { port }),
    ...(ttl !== undefined && { ttl }),
    ...(group !== undefined && { group }),
  };
  return [
    { role: 'master', ...daemon },
    { role: 'backup', ...daemon },
  ];
}
