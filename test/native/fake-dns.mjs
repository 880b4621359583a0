/**
 * Answers DNS on 127.0.0.1 while a command runs, whose words are the arguments: `multi.example.test` has three IPv4
 * addresses, farthest first, and an IPv6 one; `six.example.test` has only that. There is nothing else.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';

const A = 1;
const AAAA = 28;
const INET = [
  [203, 0, 113, 9],
  [10, 0, 0, 9],
  [127, 0, 0, 9],
];
const INET6 = [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]];
const ZONE = { 'multi.example.test': { [A]: INET, [AAAA]: INET6 }, 'six.example.test': { [AAAA]: INET6 } };

/** The answer to a question, as RFC 1035 has it. */
function answer(question) {
  const labels = [];
  let at = 12;
  for (; question[at] !== 0; at += question[at] + 1) {
    labels.push(question.subarray(at + 1, at + 1 + question[at]).toString());
  }
  const type = question.readUInt16BE(at + 1);
  const found = ZONE[labels.join('.').toLowerCase()];
  const addresses = found?.[type] ?? [];
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(found ? 0x8180 : 0x8183, 2); // without that name: NXDOMAIN
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((bytes) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 1, 0, bytes.length, ...bytes]),
  );
  return Buffer.concat([head, question.subarray(12, at + 5), ...records]);
}

const socket = createSocket('udp4');
socket.on('message', (question, { port, address }) => socket.send(answer(question), port, address));
socket.bind(53, '127.0.0.1', () => {
  const [program, ...words] = process.argv.slice(2);
  spawn(program, words, { stdio: 'inherit' }).on('close', (code) => process.exit(code ?? 1));
});
