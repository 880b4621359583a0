import { describe, expect, it } from 'vitest';
import { facts, found, service, table } from './facts.ts';

const WEB = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;
const REUSE = 'net/ipv4/vs/conn_reuse_mode';
const TRACK = 'net/ipv4/vs/conntrack';

describe('reuse of connections', () => {
  const at = (kernel: string, mode: string, track: string) =>
    found(
      facts({
        kernel,
        table: table([service(WEB, { address: '10.0.0.12', port: 80 })]),
        settings: { [REUSE]: mode, [TRACK]: track },
      }),
    );
  const FOUND = ['warning connection-reuse: net.ipv4.vs.conn_reuse_mode'];

  it('delays a client before Linux 5.9, when connections are tracked', () => {
    expect(at('5.8.18-amd64', '1', '1')).toEqual(FOUND);
    expect(at('4.19.0', '1', '1')).toEqual(FOUND);
    expect(at('5.8.18-amd64', '1', '0')).toEqual([]);
    expect(at('5.8.18-amd64', '0', '1')).toEqual([]);
  });

  it('is better left on since', () => {
    expect(at('5.9.0', '1', '1')).toEqual([]);
    expect(at('5.10.0-30-amd64', '0', '0')).toEqual(FOUND);
    expect(at('6.1.0', '0', '1')).toEqual(FOUND);
  });
});

describe('a drained real server of a persistent service', () => {
  const at = (weight: number, persistentConnections: number, setting: string) =>
    found(
      facts({
        table: table([
          service(
            { ...WEB, persistenceTimeout: 300 },
            { address: '10.0.0.12', port: 80, weight, persistentConnections },
            { address: '10.0.0.13', port: 80 },
          ),
        ]),
        settings: { 'net/ipv4/vs/expire_quiescent_template': setting },
      }),
    );

  it('is fed unless templates expire', () => {
    const FOUND = ['warning persistence-feeds-drained: tcp 10.0.0.100:80 -> 10.0.0.12:80'];
    expect(at(0, 3, '0')).toEqual(FOUND);
    expect(at(0, 3, '1')).toEqual([]);
    const HINT = ['hint persistence-feeds-drained: net.ipv4.vs.expire_quiescent_template'];
    expect(at(0, 0, '0')).toEqual(HINT);
    expect(at(1, 3, '0')).toEqual(HINT);
    expect(at(1, 3, '1')).toEqual([]);
  });
});
