import type { Command } from 'commander';

export function addServiceOptions(command: Command): Command {
  return command
    .option('-t, --tcp-service <address:port>', 'the TCP service')
    .option('-u, --udp-service <address:port>', 'the UDP service')
    .option('-f, --fwmark-service <mark>', 'the service of a firewall mark')
    .option('-6, --ipv6', 'with -f: its IPv6 packets');
}

export function addPoolOptions(command: Command): Command {
  return command
    .option(
      '--local-address <address[-address],…>',
      'what real servers see in the place of clients’ addresses',
    )
    .option(
      '--local-ports <first-last>',
      'only these ports of them (default: the client’s own, or any free one)',
    )
    .option('--device <name>', 'where the local addresses go (default: the device of their network)')
    .option('--floating', 'do not put them on a device: keepalived, say, moves them between directors');
}
