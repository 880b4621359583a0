import type { DaemonStatus } from '../../model/daemon.ts';
import type { Timeouts } from '../../model/timeouts.ts';

/** The option `-L --timeout`. */
export function renderTimeouts({ tcp, tcpFin, udp }: Timeouts): string {
  return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
}

/** The option `-L --daemon`: a line for each that runs, the master first. */
export function renderDaemons(daemons: readonly DaemonStatus[]): string {
  const ordered = ['master', 'backup'].flatMap((role) => daemons.filter((daemon) => daemon.role === role));
  return ordered.map(daemonLine).join('');
}

function daemonLine(daemon: DaemonStatus): string {
  const parts = [`mcast=${daemon.interface}`, `syncid=${daemon.syncId}`];
  if (daemon.maxLength) parts.push(`maxlen=${daemon.maxLength}`);
  if (daemon.group) parts.push(`group=${daemon.group}`);
  if (daemon.port) parts.push(`port=${daemon.port}`);
  if (daemon.ttl) parts.push(`ttl=${daemon.ttl}`);
  return `${daemon.role} sync daemon (${parts.join(', ')})\n`;
}
