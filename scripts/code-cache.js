/**
 * Writes dist/program.cache: the program's code as V8 compiles it. V8 compiles a function when it is first called, so
 * the program is run before, on what operators do most, with a kernel that is made up: nothing of this machine's is
 * read or changed. Standard input is the lines that are restored; what is printed is of no interest.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { COMMAND, INFO } from '../dist/ipvs/layout.js';
import { encodeAttributes } from '../dist/netlink/attributes.js';
import { encodeGenericHeader } from '../dist/netlink/generic.js';
import { decodeMessages, encodeMessage, stampMessages } from '../dist/netlink/message.js';
import { Writer } from '../dist/netlink/writer.js';

const folder = new URL('../dist/', import.meta.url).pathname;

const FAMILY = 32;
const ENDPOINT = { family: 2, address: { bytes: Uint8Array.of(10, 0, 0, 1), start: 0 }, port: 80 };
const SERVICE = { ...ENDPOINT, protocol: 6, scheduler: 'wlc', flags: 0, timeout: 0, netmask: 0xffffffff };
const DESTINATION = { ...ENDPOINT, forwarding: 3, weight: 1, activeConnections: 0, inactiveConnections: 0 };

/** What the kernel answers to each command: attributes, or a dump of messages with attributes. */
const ANSWERS = {
  4: { dump: { service: SERVICE } },
  8: { dump: { destination: DESTINATION } },
  15: { layout: INFO, values: { version: 0x010201, connectionTableSize: 4096 } },
};
const CONTROLLER = 16;
const NOOP = 1;
const ERROR = 2;
const DONE = 3;

function openSocket(listener) {
  const send = (bytes) => {
    for (const { type, sequence, bytes: from, start } of decodeMessages(Buffer.from(bytes))) {
      const { layout = COMMAND, values, dump } = ANSWERS[from[start]] ?? {};
      const say = (kind, write) => listener.received(message(kind, sequence, write));
      const attributes = (of) => (writer) => {
        encodeGenericHeader(writer, 1, 1);
        encodeAttributes(writer, layout, of);
      };
      const success = (writer) => writer.zeros(20);
      if (type === CONTROLLER) say(CONTROLLER, (writer) => familyAnswer(writer));
      else if (type === NOOP) say(ERROR, success);
      else if (values) say(FAMILY, attributes(values));
      else if (dump) {
        for (let count = 0; count < 4; count++) say(FAMILY, attributes(dump));
        say(DONE, success);
      }
    }
  };
  return { receiveBuffer: 1 << 20, hold() {}, close() {}, send };
}

function familyAnswer(writer) {
  encodeGenericHeader(writer, 1, 1);
  writer.u16(6);
  writer.u16(1);
  writer.u16(FAMILY);
  writer.align();
}

function message(type, sequence, write) {
  const writer = new Writer();
  encodeMessage(writer, type, 0, () => write(writer));
  stampMessages(writer, sequence);
  return writer.view();
}

const filename = `${folder}program.js`;
const source = readFileSync(filename, 'utf8');
const script = new Script(source, { filename });
const evaluate = script.runInThisContext();
const { openClient, processWorld, runProgram } = evaluate(createRequire(filename), undefined, filename);
const world = { ...processWorld(), programName: 'lvsadm', openKernel: () => openClient({ openSocket }) };
for (const line of ['-L -n', '-S -n', '-A -t 10.0.0.1:80 -s rr', '-a -t 10.0.0.1:80 -r 10.0.0.2 -m', '-R']) {
  const code = await runProgram(line.split(' '), world);
  if (code !== 0) throw new Error(`rehearsing ${line} ended with ${code}`);
}
// V8 itself looks only at its own version and at the length of the program.
const label = `${source.slice(0, 20)} ${process.version} ${process.arch}`.padEnd(64);
writeFileSync(`${folder}program.cache`, Buffer.concat([Buffer.from(label), script.createCachedData()]));
