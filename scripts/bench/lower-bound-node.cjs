/**
 * The least that a program on Node.js can do: what lower-bound.c does, through the transport that we have, too. Every
 * byte is put where it belongs by hand. No parsing, no text, no errors but the end.
 *
 *   node lower-bound-node.cjs restore SERVICES DESTINATIONS
 *   node lower-bound-node.cjs list
 */
const { readdirSync, readFileSync, readlinkSync, readSync, writeSync } = require('node:fs');
const { RawNetlinkSocket } = require('netlink/dist/raw.js');

const ROOM = 65_536;
const WINDOW = 200;
const REQUEST = 1;
const DUMP = 0x301;
const CONTROLLER = 16;
const [NOOP, ERROR, DONE] = [1, 2, 3];
const ENDED = new Set([ERROR, DONE]);

const out = Buffer.alloc(ROOM);
const answer = Buffer.alloc(ROOM);
const view = new DataView(out.buffer, out.byteOffset);
const answered = new DataView(answer.buffer, answer.byteOffset);
let used = 0;
let descriptor;
let family = CONTROLLER;

function begin(type, flags, command) {
  const start = used;
  view.setUint16(start + 4, type, true);
  view.setUint16(start + 6, flags, true);
  used += 16;
  if (command !== undefined) {
    view.setUint32(used, command | 0x100, true);
    used += 4;
  }
  return start;
}

function end(start) {
  view.setUint32(start, used - start, true);
}

/** Puts an attribute's header down, and zeros behind it; returns where its payload is. */
function attribute(type, size) {
  view.setUint16(used, size + 4, true);
  view.setUint16(used + 2, type, true);
  const at = used + 4;
  used = at + ((size + 3) & ~3);
  for (let index = at; index < used; index += 4) view.setUint32(index, 0);
  return at;
}

function nest(type, fill) {
  const start = used;
  used += 4;
  fill();
  view.setUint16(start, used - start, true);
  view.setUint16(start + 2, type | 0x8000, true);
}

const u16 = (type, value) => view.setUint16(attribute(type, 2), value, true);
const u32 = (type, value) => view.setUint32(attribute(type, 4), value, true);
const port = (type, value) => view.setUint16(attribute(type, 2), value);
const address = (type, value) => view.setUint32(attribute(type, 16), value);

function service(value, isWhole) {
  u16(1, 2);
  u16(2, 6);
  address(3, value);
  port(4, 80);
  if (!isWhole) return;
  out.write('rr', attribute(6, 3), 'latin1');
  view.setUint32(attribute(7, 8) + 4, 0xffffffff);
  u32(8, 0);
  u32(9, 0xffffffff);
}

function destination(value) {
  address(1, value);
  port(2, 80);
  u32(3, 3);
  u32(4, 1);
  u32(5, 0);
  u32(6, 0);
}

function send() {
  writeSync(descriptor, out, 0, used);
  used = 0;
}

/** Reads to the end of an answer, and shows its messages. */
function receive(visit) {
  for (;;) {
    const length = readSync(descriptor, answer);
    for (let at = 0; at < length; at += (answered.getUint32(at, true) + 3) & ~3) {
      const type = answered.getUint16(at + 4, true);
      if (type === ERROR && answered.getInt32(at + 16, true) !== 0) throw new Error('refused');
      if (ENDED.has(type)) return;
      visit?.(at + 20);
    }
  }
}

function open() {
  const raw = new RawNetlinkSocket(16, {
    messagePeeking: false,
    recvBufferSize: 1 << 20,
    sendBufferSize: 1 << 20,
  });
  raw.unref();
  const own = ` ${raw.address().port} `;
  const line = readFileSync('/proc/self/net/netlink', 'latin1')
    .split('\n')
    .find((text) => text.includes(own));
  const inode = line.trim().split(' ').at(-1);
  const isOwn = (name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === `socket:[${inode}]`;
    } catch {
      return false;
    }
  };
  descriptor = Number(readdirSync('/proc/self/fd').find(isOwn));
  const start = begin(CONTROLLER, REQUEST, 3);
  out.write('IPVS', attribute(2, 5), 'latin1');
  end(start);
  send();
  const length = readSync(descriptor, answer);
  for (let at = 20; at < length; at += (answered.getUint16(at, true) + 3) & ~3) {
    if (answered.getUint16(at + 2, true) === 1) family = answered.getUint16(at + 4, true);
  }
}

function restore(services, destinations) {
  let waiting = 0;
  const flush = () => {
    end(begin(NOOP, REQUEST | 4));
    send();
    receive();
    waiting = 0;
  };
  for (let index = 0; index < services; index++) {
    for (let rank = 0; rank <= destinations; rank++) {
      const start = begin(family, REQUEST, rank === 0 ? 1 : 5);
      nest(1, () => service(0x0a010000 + index, rank === 0));
      if (rank > 0) nest(2, () => destination(0x0ac80000 + rank));
      end(start);
      if (++waiting === WINDOW) flush();
    }
  }
  if (waiting > 0) flush();
}

function list() {
  const addresses = [];
  end(begin(family, DUMP, 4));
  send();
  // Behind the nest's header and those of family and protocol.
  receive((at) => addresses.push(answered.getUint32(at + 24)));
  for (const value of addresses) {
    const start = begin(family, DUMP, 8);
    nest(1, () => service(value, false));
    end(start);
    send();
    receive();
  }
}

open();
const [task, ...numbers] = process.argv.slice(2);
if (task === 'restore') restore(...numbers.map(Number));
else list();
