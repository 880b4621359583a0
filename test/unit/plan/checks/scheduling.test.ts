import { describe, expect, it } from 'vitest';
import type { Service } from '../../../../src/model/service.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { facts, found, service, table } from './facts.ts';

const WEB = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;
const at = (weight: number, host = '12') => ({ address: `10.0.0.${host}`, port: 80, weight }) as const;
const NAME = 'tcp 10.0.0.100:80';

describe('weights', () => {
  const of = (...weights: number[]) =>
    found(
      facts({ table: table([service(WEB, ...weights.map((weight, index) => at(weight, `${12 + index}`)))]) }),
    );

  it('are refusals when all are 0', () => {
    expect(of()).toEqual([`warning no-destination: ${NAME}`]);
    expect(of(0)).toEqual([`error no-weight: ${NAME}`]);
    expect(of(0, 0)).toEqual([`error no-weight: ${NAME}`]);
    expect(of(0, 1)).toEqual([]);
  });
});

describe('hashing schedulers', () => {
  const of = (settings: Partial<Service>, ...weights: number[]) =>
    examine(
      facts({ table: table([service({ ...WEB, ...settings }, ...weights.map((weight) => at(weight)))]) }),
    );

  it('refuse the share of a drained real server without a flag', () => {
    expect(of({ scheduler: 'mh', schedulerFlags: ['mh-port'], persistenceTimeout: 60 }, 0, 1)).toMatchObject([
      {
        rule: 'hash-without-fallback',
        fix: [`lvsadm -E -t 10.0.0.100:80 -s mh -b mh-port,mh-fallback -p 60`],
      },
    ]);
    expect(of({ scheduler: 'sh' }, 0, 1)).toHaveLength(1);
    expect(of({ scheduler: 'sh', schedulerFlags: ['sh-fallback'] }, 0, 1)).toEqual([]);
    expect(of({ scheduler: 'sh' }, 1, 1)).toEqual([]);
    expect(of({ scheduler: 'wlc' }, 0, 1)).toEqual([]);
  });
});

describe('a module', () => {
  it('is missed only where it is nowhere', () => {
    const of = (scheduler: string) =>
      found(
        facts({
          table: table([service({ ...WEB, scheduler }, at(1))]),
          modules: new Map([
            ['ip_vs_rr', 'loaded'],
            ['ip_vs_mh', 'available'],
            ['ip_vs_twos', 'missing'],
          ]),
        }),
      );
    expect(of('twos')).toEqual([`error scheduler-missing: ${NAME}`]);
    expect(of('rr')).toEqual([]);
    expect(of('mh')).toEqual([]);
    expect(of('none')).toEqual([`error no-scheduler: ${NAME}`]);
  });
});

describe('UDP', () => {
  const DNS = { protocol: 'udp', address: '10.0.0.100', port: 53 } as const;
  const of = (settings: Service, timeout = 300, servers = 2) =>
    found(
      facts({
        table: table([service(settings, ...[at(1), at(1, '13')].slice(0, servers))], {
          timeouts: { tcp: 900, tcpFin: 120, udp: timeout },
        }),
      }),
      'udp-sticks',
    );

  it('sticks where each datagram is a question', () => {
    expect(of(DNS)).toEqual(['hint udp-sticks: udp 10.0.0.100:53']);
    expect(of({ ...DNS, onePacket: true })).toEqual([]);
    expect(of({ ...DNS, persistenceTimeout: 60 })).toEqual([]);
    expect(of({ ...DNS, port: 5060 })).toEqual([]);
    expect(of(DNS, 10)).toEqual([]);
    expect(of(DNS, 300, 1)).toEqual([]);
  });

  it('sticks where few clients send most of it', () => {
    const of = (connections: bigint, incomingPackets: bigint) => {
      const made = service({ ...DNS, port: 5060 }, at(1), at(1, '13'));
      const counters = { ...made.counters, connections, incomingPackets };
      return found(facts({ table: table([{ ...made, counters }]) }), 'udp-sticks');
    };
    expect(of(2n, 1000n)).toHaveLength(1);
    expect(of(20n, 1000n)).toEqual([]);
    expect(of(0n, 0n)).toEqual([]);
  });
});
