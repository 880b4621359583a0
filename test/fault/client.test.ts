import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { IpvsClient } from '../../src/ipvs/client.ts';
import { CMD } from '../../src/ipvs/constants.ts';
import { IpvsError } from '../../src/ipvs/errors.ts';
import { COMMAND, INFO } from '../../src/ipvs/layout.ts';
import type { Change } from '../../src/model/change.ts';
import { CONTROLLER } from '../../src/netlink/families/generic.ts';
import type { Message } from '../../src/netlink/message.ts';
import {
  acknowledge,
  answer,
  attribute,
  done,
  message,
  ScriptedKernel,
  silence,
  withEachDelivery,
} from './scripted-kernel.ts';

const IPVS = 29;
const SERVICE = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;

type Handler = (request: Message, kernel: ScriptedKernel) => unknown;

/** A client of a kernel that has IPVS, and answers commands with `handler`. */
async function open(handler: Handler) {
  const kernel = new ScriptedKernel((requests, self) => {
    let said: unknown;
    for (const request of requests) {
      if (request.type === 16) {
        self.deliver(answer(16, request.sequence, CONTROLLER, { id: IPVS }));
      } else if (command(request) === CMD.GET_INFO) {
        const info = { version: 0x010201, connectionTableSize: 4096 };
        self.deliver(answer(IPVS, request.sequence, INFO, info));
      } else {
        said = handler(request, self);
      }
    }
    return said;
  });
  return { kernel, client: await IpvsClient.open({ openSocket: kernel.openSocket, timeout: 50 }) };
}

const command = (request: Message) => request.bytes[request.start];

async function errorOf(promise: Promise<unknown>): Promise<IpvsError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(IpvsError);
  return error as IpvsError;
}

withEachDelivery(() => {
  describe('opening', () => {
    it('says that the kernel has no IPVS', async () => {
      const kernel = new ScriptedKernel(([request], self) =>
        self.deliver(acknowledge(request!, constants.errno.ENOENT)),
      );
      const error = await errorOf(IpvsClient.open({ openSocket: kernel.openSocket }));
      expect(error).toMatchObject({ failure: 'no-family', code: '' });
      expect(error.message).toMatch(/^cannot reach IPVS: .*ip_vs is not loaded.*modprobe ip_vs/);
      expect(kernel.sockets[0]!.closed).toBe(true);
    });

    it('says that the right is missing', async () => {
      const kernel = new ScriptedKernel(([request], self) => {
        if (request!.type === 16) {
          self.deliver(answer(16, request!.sequence, CONTROLLER, { id: IPVS }));
        } else self.deliver(acknowledge(request!, constants.errno.EPERM));
      });
      const error = await errorOf(IpvsClient.open({ openSocket: kernel.openSocket }));
      expect(error).toMatchObject({ failure: 'refused', code: 'EPERM', errno: 1 });
      expect(error.message).toContain('CAP_NET_ADMIN');
    });
  });

  describe('a refused change', () => {
    const changes: Change[] = [
      { kind: 'add-service', service: SERVICE },
      { kind: 'set-service', service: SERVICE },
      { kind: 'delete-service', service: SERVICE },
      { kind: 'add-destination', service: SERVICE, destination: { address: '10.0.0.2', port: 80 } },
      { kind: 'set-destination', service: SERVICE, destination: { address: '10.0.0.2', port: 80 } },
      { kind: 'delete-destination', service: SERVICE, destination: { address: '10.0.0.2', port: 80 } },
      { kind: 'flush' },
      { kind: 'zero', service: SERVICE },
      { kind: 'zero' },
      { kind: 'set-timeouts', timeouts: { tcp: 1 } },
      { kind: 'start-daemon', daemon: { role: 'master', interface: 'eth0' } },
      { kind: 'stop-daemon', role: 'backup' },
    ];
    const codes = Object.entries(constants.errno).filter(
      ([code]) => !['EWOULDBLOCK', 'ENOTSUP'].includes(code),
    );

    it.each(codes)('is explained, with the change, for %s', async (code, errno) => {
      const { client } = await open((request, kernel) => kernel.deliver(acknowledge(request, errno)));
      for (const change of changes) {
        const error = await errorOf(client.change(change));
        expect(error).toMatchObject({ failure: 'refused', code, errno, change });
        expect(error.message).toMatch(/^cannot .+: .+/);
        expect(error.message).toContain(`(${code})`);
        expect(error.message).not.toMatch(/undefined|\[object/);
      }
    });
  });

  describe('listing', () => {
    const listed = {
      service: { family: 2, protocol: 6, address: { bytes: Uint8Array.of(10, 0, 0, 1), start: 0 }, port: 80 },
    };

    it('begins again when it was interrupted', async () => {
      let attempts = 0;
      const { client } = await open((request, kernel) => {
        attempts++;
        kernel.deliver(answer(IPVS, request.sequence, COMMAND, listed, attempts < 3 ? 0x12 : 2));
        kernel.deliver(done(request));
      });
      expect(await client.services()).toHaveLength(1);
      expect(attempts).toBe(3);
    });

    it('gives up in the end when it is always interrupted', async () => {
      const { client } = await open((request, kernel) => {
        kernel.deliver(answer(IPVS, request.sequence, COMMAND, listed, 0x12), done(request));
      });
      expect((await errorOf(client.services())).failure).toBe('interrupted');
    });

    it('passes over attributes that it does not know, and counts them', async () => {
      const { client } = await open((request, kernel) => {
        const known = answer(IPVS, request.sequence, COMMAND, listed);
        const strange = attribute(99, Buffer.from('from a newer kernel'));
        const payload = Buffer.concat([known.subarray(16), strange]);
        kernel.deliver(message(IPVS, request.sequence, payload, 2), done(request));
      });
      expect(client.unknownAttributes).toBe(0);
      expect(await client.services()).toMatchObject([SERVICE]);
      expect(client.unknownAttributes).toBe(1);
    });

    it('counts those inside of a service, too', async () => {
      const { client } = await open((request, kernel) => {
        const inner = Buffer.concat([
          attribute(1, Buffer.from([2, 0])),
          attribute(5, Buffer.from([7, 0, 0, 0])),
        ]);
        const service = attribute(
          1,
          Buffer.concat([inner, attribute(98, Buffer.alloc(1)), attribute(99, Buffer.alloc(0))]),
        );
        const payload = Buffer.concat([Buffer.alloc(4), service]);
        kernel.deliver(message(IPVS, request.sequence, payload, 2), done(request));
      });
      expect(await client.services()).toMatchObject([{ fwmark: 7, family: 'inet' }]);
      expect(client.unknownAttributes).toBe(2);
    });

    it('calls a service without identity malformed', async () => {
      const { client } = await open((request, kernel) =>
        kernel.deliver(answer(IPVS, request.sequence, COMMAND, { service: { family: 2 } }), done(request)),
      );
      expect((await errorOf(client.services())).failure).toBe('malformed');
    });

    it('calls an attribute beyond its message malformed', async () => {
      const { client } = await open((request, kernel) => {
        const known = answer(IPVS, request.sequence, COMMAND, listed).subarray(16);
        kernel.deliver(
          message(IPVS, request.sequence, known.subarray(0, known.length - 8), 2),
          done(request),
        );
      });
      expect((await errorOf(client.services())).failure).toBe('malformed');
    });

    it('reads the 32-bit counters of an old kernel', async () => {
      const { STATS } = { STATS: 10 };
      const narrow = (type: number, value: number) => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32LE(value);
        return attribute(type, bytes);
      };
      const wide = (type: number, value: bigint) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(value);
        return attribute(type, bytes);
      };
      const stats = attribute(
        STATS,
        Buffer.concat([
          narrow(1, 7),
          narrow(2, 0xffffffff),
          narrow(3, 9),
          wide(4, 2n ** 40n),
          wide(5, 11n),
          narrow(9, 13),
        ]),
      );
      const identity = Buffer.concat([
        attribute(1, Buffer.from([2, 0])),
        attribute(2, Buffer.from([6, 0])),
        attribute(3, Buffer.from([10, 0, 0, 1, ...Array(12).fill(0)])),
        attribute(4, Buffer.from([0, 80])),
      ]);
      const { client } = await open((request, kernel) => {
        const service = attribute(1, Buffer.concat([identity, stats]));
        kernel.deliver(
          message(IPVS, request.sequence, Buffer.concat([Buffer.alloc(4), service]), 2),
          done(request),
        );
      });
      const [service] = await client.services();
      expect(service!.counters).toMatchObject({
        connections: 7n,
        incomingPackets: 0xffffffffn,
        outgoingPackets: 9n,
        incomingBytes: 2n ** 40n,
        outgoingBytes: 11n,
        incomingByteRate: 13n,
        width: 32,
      });
    });
  });

  describe('a batch', () => {
    it('names the change that each failure belongs to', async () => {
      let count = 0;
      const { client } = await open((request, kernel) => {
        count++;
        if (count === 2) kernel.deliver(acknowledge(request, constants.errno.EEXIST));
      });
      const services = [80, 81, 82].map((port) => ({ ...SERVICE, port }));
      const failures = await client.batch(services.map((service) => ({ kind: 'add-service', service })));
      expect(failures).toHaveLength(1);
      expect(failures[0]).toMatchObject({
        index: 1,
        change: { service: { port: 81 } },
        error: { code: 'EEXIST' },
      });
      expect(failures[0]!.error.message).toBe(
        'cannot add service tcp 10.0.0.1:81: the service exists already (EEXIST).',
      );
    });

    it('sends nothing when one change cannot be expressed', async () => {
      const { client, kernel } = await open(() => {
        throw new Error('nothing may be sent');
      });
      const before = kernel.sockets[0]!.sent.length;
      const changes: Change[] = [
        { kind: 'add-service', service: SERVICE },
        { kind: 'add-service', service: { ...SERVICE, port: 65_536 } },
      ];
      await expect(client.batch(changes)).rejects.toThrow(
        new RangeError(
          'cannot add service tcp 10.0.0.1:65536: port must be a whole number from 0 to 65535, not 65536',
        ),
      );
      expect(kernel.sockets[0]!.sent).toHaveLength(before);
    });

    it('names the first change whose fate is unknown when the kernel falls silent', async () => {
      const { client } = await open(() => silence);
      const error = await errorOf(client.batch([{ kind: 'flush' }]));
      expect(error).toMatchObject({ failure: 'timeout', change: { kind: 'flush' } });
    });
  });
});
