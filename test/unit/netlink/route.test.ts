import { describe, expect, it } from 'vitest';
import {
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  putAddress,
} from '../../../src/netlink/families/route/address.ts';
import {
  createLink,
  decodeLink,
  deleteLink,
  dumpLinks,
  setLinkUp,
} from '../../../src/netlink/families/route/link.ts';
import {
  decodeNeighbour,
  deleteNeighbour,
  dumpNeighbours,
  solicitNeighbour,
} from '../../../src/netlink/families/route/neighbour.ts';
import { decodeResolvedRoute, lookupRoute } from '../../../src/netlink/families/route/resolved-route.ts';
import { addRoute, decodeRoute, deleteRoute, dumpRoutes } from '../../../src/netlink/families/route/route.ts';
import captured from './captured/messages.json' with { type: 'json' };
import { bytes, messageOf, requestOf } from './recorder.ts';

const octets = (...values: number[]) => Uint8Array.from(values);
const inet6 = (head: number[], last: number) =>
  Uint8Array.from([...head, ...Array(15 - head.length).fill(0), last]);

// NLM_F_REQUEST, and what else asks for a dump, a new thing, one in the place of another.
const [REQUEST, DUMP, NEW, PUT, CREATE] = [0x1, 0x301, 0x601, 0x501, 0x401];

describe('a link', () => {
  it('is read as the kernel told it', () => {
    expect(decodeLink(messageOf(captured.link['ethernet-like']))).toEqual({
      index: 9,
      name: 'cap0',
      up: true,
      loopback: false,
      noArp: true,
      mtu: 1400,
      hardwareAddress: octets(2, 0, 0, 0, 0, 0x11),
      kind: 'dummy',
      master: 0,
    });
    expect(decodeLink(messageOf(captured.link.loopback))).toMatchObject({
      index: 1,
      name: 'lo',
      up: true,
      loopback: true,
      noArp: false,
      mtu: 65_536,
      kind: '',
    });
    expect(decodeLink(messageOf(captured.link.tunnel))).toMatchObject({
      index: 10,
      name: 'cap1',
      up: false,
      noArp: true,
      mtu: 1452,
      kind: 'ip6tnl',
      hardwareAddress: inet6([0xfd], 1),
    });
  });

  // struct ifinfomsg: family, pad, type, index, flags, change.
  it('is asked for, set up, made and deleted', async () => {
    const nothing = bytes('00 00 0000', '00000000 00000000 00000000');
    expect(await requestOf(dumpLinks)).toEqual({ type: 18, flags: DUMP, payload: nothing });
    expect(await requestOf((connection) => setLinkUp(connection, 9, true))).toEqual({
      type: 16,
      flags: REQUEST,
      payload: bytes('00000000 09000000 01000000 01000000'),
    });
    expect(await requestOf((connection) => setLinkUp(connection, 9, false))).toEqual({
      type: 16,
      flags: REQUEST,
      payload: bytes('00000000 09000000 00000000 01000000'),
    });
    expect(await requestOf((connection) => deleteLink(connection, 9))).toEqual({
      type: 17,
      flags: REQUEST,
      payload: bytes('00000000 09000000 00000000 00000000'),
    });
    // IFLA_IFNAME "d0", IFLA_LINKINFO { IFLA_INFO_KIND "dummy" }.
    expect(await requestOf((connection) => createLink(connection, { name: 'd0', kind: 'dummy' }))).toEqual({
      type: 16,
      flags: NEW,
      payload: bytes(nothing, '0700 0300 643000 00', '1000 1280', '0a00 0100 64756d6d7900 0000'),
    });
    // IFLA_INFO_DATA of ip6tnl: local, remote ::, ttl 64, flags IGN_ENCAP_LIMIT, protocol 0.
    const tunnel = { name: 'd0', kind: 'ip6tnl', local: inet6([0xfd], 1) };
    expect(await requestOf((connection) => createLink(connection, tunnel))).toEqual({
      type: 16,
      flags: NEW,
      payload: bytes(
        nothing,
        '0700 0300 643000 00',
        '5400 1280',
        '0b00 0100 697036746e6c00 00',
        '4400 0280',
        '1400 0200 fd000000000000000000000000000001',
        '1400 0300 00000000000000000000000000000000',
        '0500 0400 40 000000',
        '0800 0800 01000000',
        '0500 0900 00 000000',
      ),
    });
  });
});

describe('an address', () => {
  it('is read as the kernel told it', () => {
    const plain = { deprecated: false, tentative: false, duplicate: false };
    expect(captured.address.map((hex) => decodeAddress(messageOf(hex)))).toEqual([
      { ...plain, family: 2, prefixLength: 8, index: 1, address: octets(127, 0, 0, 1) },
      { ...plain, family: 2, prefixLength: 24, index: 9, address: octets(10, 5, 0, 1) },
      { ...plain, family: 2, prefixLength: 32, index: 9, address: octets(10, 6, 0, 1), deprecated: true },
      { ...plain, family: 10, prefixLength: 128, index: 1, address: inet6([0], 1) },
      { ...plain, family: 10, prefixLength: 64, index: 9, address: inet6([0xfd, 5], 1) },
      {
        ...plain,
        family: 10,
        prefixLength: 64,
        index: 9,
        address: octets(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 0x11),
      },
    ]);
  });

  // struct ifaddrmsg: family, prefix length, flags, scope, index. IFA_ADDRESS, IFA_LOCAL, IFA_CACHEINFO, IFA_FLAGS.
  it('is asked for, put and deleted', async () => {
    expect(await requestOf(dumpAddresses)).toEqual({ type: 22, flags: DUMP, payload: '0000000000000000' });
    const address = { family: 2, prefixLength: 32, index: 9, address: octets(10, 5, 0, 7) };
    const both = '0800 0100 0a050007 0800 0200 0a050007';
    const lasting = { ...address, flags: 0, deprecated: false };
    expect(await requestOf((connection) => putAddress(connection, lasting))).toEqual({
      type: 20,
      flags: PUT,
      payload: bytes(
        '02 20 00 00 09000000',
        both,
        '1400 0600 ffffffff ffffffff 00000000 00000000',
        '0800 0800 00000000',
      ),
    });
    expect(await requestOf((connection) => deleteAddress(connection, address))).toEqual({
      type: 21,
      flags: REQUEST,
      payload: bytes('02 20 00 00 09000000', both),
    });
  });
});

describe('a route', () => {
  it('is read as the kernel told it, but for those that are not plain ones of the main table', () => {
    const none = { gateway: undefined, metric: 0, index: 9, family: 2 };
    expect(captured.route.map((hex) => decodeRoute(messageOf(hex)))).toEqual([
      { ...none, prefixLength: 24, destination: octets(10, 5, 0, 0) },
      { ...none, prefixLength: 32, destination: octets(10, 6, 0, 2) },
      {
        ...none,
        prefixLength: 16,
        destination: octets(10, 7, 0, 0),
        gateway: octets(10, 5, 0, 9),
        metric: 50,
      },
      // Its gateway is of the other family.
      { ...none, prefixLength: 16, destination: octets(10, 8, 0, 0) },
      // Two next hops; unreachable; three of table local.
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  // struct rtmsg: family, destination and source length, TOS, table, protocol, scope, type, flags.
  it('is asked for, added and deleted', async () => {
    expect(await requestOf(dumpRoutes)).toEqual({
      type: 26,
      flags: DUMP,
      payload: bytes('00 00 00 00 fe 00 00 00 00000000'),
    });
    const route = {
      family: 2,
      destination: octets(128, 0, 0, 0),
      prefixLength: 1,
      gateway: octets(10, 5, 0, 9),
      index: 9,
    };
    // RTPROT_STATIC, RTN_UNICAST; RTA_DST, RTA_OIF, RTA_GATEWAY.
    const payload = bytes(
      '02 01 00 00 fe 04 00 01 00000000',
      '0800 0100 80000000',
      '0800 0400 09000000',
      '0800 0500 0a050009',
    );
    const add = await requestOf((connection) => addRoute(connection, route));
    expect(add).toEqual({ type: 24, flags: NEW, payload });
    const remove = await requestOf((connection) => deleteRoute(connection, route));
    expect(remove).toEqual({ type: 25, flags: REQUEST, payload });
  });
});

describe('the route to one destination', () => {
  it('is read as the kernel told it', () => {
    const [by6, by4] = captured.resolved.map((hex) => decodeResolvedRoute(messageOf(hex)));
    const source = octets(10, 5, 0, 1);
    expect(by6).toEqual({ type: 1, index: 9, gateway: inet6([0xfd, 5], 9), source, mtu: 1300 });
    expect(by4).toEqual({ type: 1, index: 9, gateway: octets(10, 5, 0, 9), source, mtu: undefined });
  });

  it('is asked for with all that decides', async () => {
    // Lengths in bits; RTA_DST, RTA_SRC, RTA_IIF, RTA_MARK.
    const question = {
      family: 2,
      destination: octets(10, 8, 1, 1),
      source: octets(10, 9, 0, 1),
      inputDevice: 5,
      mark: 7,
    };
    expect(await requestOf((connection) => lookupRoute(connection, question))).toEqual({
      type: 26,
      flags: REQUEST,
      payload: bytes(
        '02 20 20 00 00 00 00 00 00000000',
        '0800 0100 0a080101',
        '0800 0200 0a090001',
        '0800 0300 05000000',
        '0800 1000 07000000',
      ),
    });
  });
});

describe('a neighbour', () => {
  it('is read as the kernel told it', () => {
    const [permanent, multicast] = captured.neighbour.map((hex) => decodeNeighbour(messageOf(hex)));
    const NUD_PERMANENT = 0x80;
    expect(permanent).toEqual({
      index: 9,
      state: NUD_PERMANENT,
      address: octets(10, 5, 0, 9),
      hardwareAddress: octets(2, 0, 0, 0, 0, 0x99),
    });
    expect(multicast).toMatchObject({ index: 9, address: inet6([0xff, 2], 2) });
  });

  // struct ndmsg: family, pads, index, state, flags, type. NDA_DST.
  it('is asked for, solicited and forgotten', async () => {
    expect(await requestOf(dumpNeighbours)).toEqual({ type: 30, flags: DUMP, payload: '00'.repeat(12) });
    const key = { family: 2, index: 9, address: octets(10, 5, 0, 9) };
    const NTF_USE = '01';
    expect(await requestOf((connection) => solicitNeighbour(connection, key))).toEqual({
      type: 28,
      flags: CREATE,
      payload: bytes('02 00 0000 09000000 0000', NTF_USE, '00', '0800 0100 0a050009'),
    });
    expect(await requestOf((connection) => deleteNeighbour(connection, key))).toEqual({
      type: 29,
      flags: REQUEST,
      payload: bytes('02 00 0000 09000000 0000 00 00', '0800 0100 0a050009'),
    });
  });
});
