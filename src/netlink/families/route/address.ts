import { AF_UNSPEC, isInternet } from '../../address-family.ts';
import { type Codec, decodeAttributes, encodeAttributes, someOf } from '../../attributes.ts';
import { octets, u32 } from '../../codecs.ts';
import type { Connection } from '../../connection.ts';
import { type Message, NLM_F_CREATE, NLM_F_REPLACE } from '../../message.ts';
import type { Writer } from '../../writer.ts';
import { attributesStart } from './message.ts';

// Addresses of links: struct ifaddrmsg and IFA_… of include/uapi/linux/if_addr.h.

export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;

/** Has IPv6 take an address into use without asking the segment for it. */
export const IFA_F_NODAD = 0x02;
const IFA_F_DADFAILED = 0x08;
const IFA_F_DEPRECATED = 0x20;
const IFA_F_TENTATIVE = 0x40;

const FOREVER = 0xffffffff;

/** `struct ifa_cacheinfo`: lifetimes in seconds; the two time stamps are the kernel's. */
const lifetimes: Codec<{ preferred: number; valid: number }> = {
  size: 16,
  write(writer, { preferred, valid }) {
    writer.u32(preferred);
    writer.u32(valid);
    writer.zeros(8);
  },
  read: (bytes, start) => ({ preferred: bytes.readUInt32LE(start), valid: bytes.readUInt32LE(start + 4) }),
};

export const ADDRESS = someOf({
  address: { type: 1, codec: octets },
  local: { type: 2, codec: octets },
  lifetimes: { type: 6, codec: lifetimes },
  flags: { type: 8, codec: u32 },
});

/** Bytes of `struct ifaddrmsg`. */
export const ADDRESS_HEADER = 8;

interface AddressHeader {
  readonly family: number;
  readonly prefixLength: number;
  readonly index: number;
}

/** Flags travel in an attribute, and the scope is global: 0. */
function encodeHeader(writer: Writer, { family, prefixLength, index }: AddressHeader): void {
  writer.u8(family);
  writer.u8(prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u32(index);
}

export interface RawAddress extends AddressHeader {
  readonly address: Uint8Array;
  readonly deprecated: boolean;
  readonly tentative: boolean;
  readonly duplicate: boolean;
}

/** `undefined` for an address that is neither IPv4 nor IPv6. */
export function decodeAddress(message: Message): RawAddress | undefined {
  const at = attributesStart(message, ADDRESS_HEADER);
  const { bytes, start, end } = message;
  const values = decodeAttributes(ADDRESS, bytes, at, end);
  const family = bytes[start]!;
  // IFA_ADDRESS is the peer's on a point-to-point link; the own one is IFA_LOCAL where there is one.
  const address = values.local ?? values.address;
  if (!address || !isInternet(family)) return undefined;
  const flags = values.flags ?? bytes[start + 2]!;
  return {
    family,
    prefixLength: bytes[start + 1]!,
    index: bytes.readUInt32LE(start + 4),
    address,
    // The kernel sets the flag only when its timer comes by; the lifetime says it at once.
    deprecated: (flags & IFA_F_DEPRECATED) !== 0 || values.lifetimes?.preferred === 0,
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    duplicate: (flags & IFA_F_DADFAILED) !== 0,
  };
}

export function dumpAddresses(connection: Connection): Promise<RawAddress[]> {
  const header = (writer: Writer) => encodeHeader(writer, { family: AF_UNSPEC, prefixLength: 0, index: 0 });
  return connection.dump(RTM_GETADDR, header, decodeAddress);
}

export interface NewAddress extends AddressHeader {
  readonly address: Uint8Array;
  /** IFA_F_… flags. */
  readonly flags: number;
  /** Preferred lifetime 0, for ever. */
  readonly deprecated: boolean;
}

/** Adds an address, or changes the lifetime of one that is there. */
export function putAddress(connection: Connection, wanted: NewAddress): Promise<void> {
  const { address, flags, deprecated } = wanted;
  return connection.request(
    RTM_NEWADDR,
    (writer) => {
      encodeHeader(writer, wanted);
      encodeAttributes(writer, ADDRESS, {
        address,
        local: address,
        lifetimes: { preferred: deprecated ? 0 : FOREVER, valid: FOREVER },
        flags,
      });
    },
    undefined,
    NLM_F_CREATE | NLM_F_REPLACE,
  );
}

export function deleteAddress(
  connection: Connection,
  address: AddressHeader & { readonly address: Uint8Array },
): Promise<void> {
  return connection.request(RTM_DELADDR, (writer) => {
    encodeHeader(writer, address);
    encodeAttributes(writer, ADDRESS, { address: address.address, local: address.address });
  });
}
