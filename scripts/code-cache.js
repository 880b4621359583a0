/**
 * Writes dist/program.cache: the program's code as V8 compiles it. V8 compiles a function when it is first called, so
 * the program is run before, on what operators do most, with a kernel that is made up: nothing of this machine's is
 * read or changed. Standard input is the lines that are restored; what is printed is of no interest.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { CMD } from '../dist/ipvs/constants.js';
import { COMMAND, INFO } from '../dist/ipvs/layout.js';
import { encodeAcknowledgement, encodeAnswer, encodeDone } from '../dist/netlink/answers.js';
import { encodeAttributes } from '../dist/netlink/attributes.js';
import { CONTROLLER, encodeGenericHeader, GENL_ID_CTRL } from '../dist/netlink/families/generic.js';
import { decodeMessages, NLMSG_NOOP } from '../dist/netlink/message.js';

const folder = new URL('../dist/', import.meta.url).pathname;

const FAMILY = 32;
const ENDPOINT = { family: 2, address: { bytes: Uint8Array.of(10, 0, 0, 1), start: 0 }, port: 80 };
const SERVICE = { ...ENDPOINT, protocol: 6, scheduler: 'wlc', flags: 0, timeout: 0, netmask: 0xffffffff };
const DESTINATION = { ...ENDPOINT, forwarding: 3, weight: 1, activeConnections: 0, inactiveConnections: 0 };

/** What the kernel answers to each command: attributes, or a dump of messages with attributes. */
const ANSWERS = {
  [CMD.GET_SERVICE]: { dump: { service: SERVICE } },
  [CMD.GET_DEST]: { dump: { destination: DESTINATION } },
  [CMD.GET_INFO]: { layout: INFO, values: { version: 0x010201, connectionTableSize: 4096 } },
};

/** Answers come before `send` returns, as those of the real socket do. */
function openSocket(listener) {
  const answer = ({ type, sequence, bytes, start }) => {
    const { layout = COMMAND, values, dump } = ANSWERS[bytes[start]] ?? {};
    const say = (kind, layout, values) =>
      listener.received(
        encodeAnswer(kind, sequence, (writer) => {
          encodeGenericHeader(writer, 1, 1);
          encodeAttributes(writer, layout, values);
        }),
      );
    if (type === GENL_ID_CTRL) say(GENL_ID_CTRL, CONTROLLER, { id: FAMILY });
    else if (type === NLMSG_NOOP) listener.received(encodeAcknowledgement(sequence));
    else if (values) say(FAMILY, layout, values);
    else if (dump) {
      for (let count = 0; count < 4; count++) say(FAMILY, layout, dump);
      listener.received(encodeDone(sequence));
    }
  };
  const send = (bytes) => decodeMessages(Buffer.from(bytes)).forEach(answer);
  return { receiveBuffer: 1 << 20, hold() {}, close() {}, send };
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
