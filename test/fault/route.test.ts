import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/netlink/connection.ts';
import { dumpAddresses, putAddress } from '../../src/netlink/families/route/address.ts';
import { dumpLinks } from '../../src/netlink/families/route/link.ts';
import { lookupRoute } from '../../src/netlink/families/route/resolved-route.ts';
import { addRoute } from '../../src/netlink/families/route/route.ts';
import {
  acknowledge,
  attribute,
  done,
  message,
  type Script,
  ScriptedKernel,
  withEachDelivery,
} from './scripted-kernel.ts';

async function withKernel<T>(script: Script, use: (connection: Connection) => Promise<T>) {
  const kernel = new ScriptedKernel(script);
  const connection = new Connection(0, { openSocket: kernel.openSocket, timeout: 200 });
  try {
    return { result: await use(connection), sent: kernel.sockets.flatMap((socket) => socket.sent) };
  } finally {
    await connection.close();
  }
}

const acknowledging: Script = (requests, kernel) => kernel.deliver(acknowledge(requests.at(-1)!));

withEachDelivery(() => {
  describe('rtnetlink requests', () => {
    // struct nlmsghdr, struct ifaddrmsg, attributes: include/uapi/linux/netlink.h and if_addr.h.
    it('adds a deprecated address without duplicate detection', async () => {
      const address = Uint8Array.from([0xfd, ...new Array(14).fill(0), 1]);
      const wanted = { family: 10, prefixLength: 128, index: 7, address, flags: 2, deprecated: true };
      const { sent } = await withKernel(acknowledging, (connection) => putAddress(connection, wanted));
      const bytes = sent[0]!;
      expect(bytes.readUInt16LE(4)).toBe(20);
      // REQUEST, REPLACE, CREATE.
      expect(bytes.readUInt16LE(6)).toBe(0x501);
      expect([...bytes.subarray(16, 24)]).toEqual([10, 128, 0, 0, 7, 0, 0, 0]);
      const lifetimes = Buffer.alloc(16);
      lifetimes.writeUInt32LE(0, 0);
      lifetimes.writeUInt32LE(0xffffffff, 4);
      const flags = Buffer.from([2, 0, 0, 0]);
      const own = Buffer.from(address);
      expect(bytes.subarray(24, bytes.readUInt32LE(0))).toEqual(
        Buffer.concat([attribute(1, own), attribute(2, own), attribute(6, lifetimes), attribute(8, flags)]),
      );
    });

    it('is told that a route is there already', async () => {
      const refusing: Script = ([request], kernel) => kernel.deliver(acknowledge(request!, 17));
      const route = {
        family: 2,
        destination: Uint8Array.from([128, 0, 0, 0]),
        prefixLength: 1,
        gateway: Uint8Array.from([10, 0, 0, 1]),
        index: 2,
      };
      await expect(withKernel(refusing, (connection) => addRoute(connection, route))).rejects.toMatchObject({
        failure: 'refused',
        code: 'EEXIST',
      });
    });
  });

  describe('rtnetlink answers', () => {
    it('reads a link with attributes that nobody knows', async () => {
      const header = Buffer.alloc(16);
      header.writeInt32LE(9, 4);
      // IFF_UP and IFF_NOARP.
      header.writeUInt32LE(0x81, 8);
      const kind = attribute(1, Buffer.from('ipip\0'));
      const payload = Buffer.concat([
        header,
        attribute(3, Buffer.from('tunl0\0')),
        attribute(0x3ff0, Buffer.from([1, 2, 3])),
        attribute(4, Buffer.from([0xc8, 5, 0, 0])),
        attribute(18, Buffer.concat([kind, attribute(2, Buffer.from([1, 2, 3, 4]))])),
      ]);
      const script: Script = ([request], kernel) =>
        kernel.deliver(message(16, request!.sequence, payload), done(request!));
      const { result } = await withKernel(script, dumpLinks);
      expect(result).toMatchObject([
        {
          index: 9,
          name: 'tunl0',
          mtu: 1480,
          kind: 'ipip',
          up: true,
          noArp: true,
          loopback: false,
          master: 0,
        },
      ]);
    });

    it('takes the own address of a point-to-point link, and preferred lifetime 0 for deprecated', async () => {
      const lifetimes = Buffer.alloc(16);
      lifetimes.writeUInt32LE(0xffffffff, 4);
      const payload = Buffer.concat([
        Buffer.from([2, 32, 0, 0, 3, 0, 0, 0]),
        attribute(1, Buffer.from([10, 0, 0, 2])),
        attribute(2, Buffer.from([10, 0, 0, 1])),
        attribute(6, lifetimes),
      ]);
      const script: Script = ([request], kernel) =>
        kernel.deliver(message(20, request!.sequence, payload), done(request!));
      const { result } = await withKernel(script, dumpAddresses);
      expect(result).toMatchObject([
        { index: 3, address: Uint8Array.from([10, 0, 0, 1]), deprecated: true, tentative: false },
      ]);
    });

    it('reads the route to one destination, with the gateway of another family and the route’s own MTU', async () => {
      const u32 = (value: number) => Buffer.from([value & 255, value >> 8, 0, 0]);
      const gateway = [0xfd, ...new Array(14).fill(0), 1];
      const answer = Buffer.concat([
        // struct rtmsg: family, lengths, tos, table, protocol, scope, type RTN_UNICAST, flags with RTM_F_CLONED.
        Buffer.from([2, 32, 0, 0, 254, 0, 0, 1, 0, 2, 0, 0]),
        attribute(1, Buffer.from([10, 0, 0, 2])),
        attribute(4, u32(3)),
        attribute(7, Buffer.from([10, 0, 0, 1])),
        // RTA_METRICS with RTAX_LOCK and RTAX_MTU, RTA_VIA with AF_INET6.
        attribute(8, Buffer.concat([attribute(1, u32(4)), attribute(2, u32(1400))])),
        attribute(18, Buffer.from([10, 0, ...gateway])),
      ]);
      const script: Script = ([request], kernel) => kernel.deliver(message(24, request!.sequence, answer));
      const destination = Uint8Array.from([10, 0, 0, 2]);
      const source = Uint8Array.from([10, 9, 0, 1]);
      const question = { family: 2, destination, source, inputDevice: 5, mark: 7 };
      const { result, sent } = await withKernel(script, (connection) => lookupRoute(connection, question));
      expect(result).toEqual({
        type: 1,
        index: 3,
        gateway: Uint8Array.from(gateway),
        source: Uint8Array.from([10, 0, 0, 1]),
        mtu: 1400,
      });
      const bytes = sent[0]!;
      expect(bytes.readUInt16LE(4)).toBe(26);
      expect(bytes.readUInt16LE(6)).toBe(1);
      expect(bytes.subarray(16, bytes.readUInt32LE(0))).toEqual(
        Buffer.concat([
          Buffer.from([2, 32, 32, ...new Array(9).fill(0)]),
          attribute(1, Buffer.from(destination)),
          attribute(2, Buffer.from(source)),
          attribute(3, u32(5)),
          attribute(16, u32(7)),
        ]),
      );
    });

    it('is told that there is no route, and does not take silence for one', async () => {
      const question = { family: 2, destination: Uint8Array.from([10, 0, 0, 2]) };
      const refusing: Script = ([request], kernel) => kernel.deliver(acknowledge(request!, 101));
      await expect(
        withKernel(refusing, (connection) => lookupRoute(connection, question)),
      ).rejects.toMatchObject({ failure: 'refused', code: 'ENETUNREACH' });
      await expect(
        withKernel(
          () => {},
          (connection) => lookupRoute(connection, question),
        ),
      ).rejects.toMatchObject({ failure: 'malformed' });
    });

    it('refuses one without its header', async () => {
      const script: Script = ([request], kernel) =>
        kernel.deliver(message(20, request!.sequence, Buffer.alloc(4)), done(request!));
      await expect(withKernel(script, dumpAddresses)).rejects.toMatchObject({ failure: 'malformed' });
    });
  });
});
