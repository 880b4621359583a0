import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { EventEmitter } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { Links, type Packet } from '../../../src/host/links.ts';
import { listRuleset } from '../../../src/host/nft.ts';
import { IpvsClient } from '../../../src/ipvs/client.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import type { Change } from '../../../src/model/change.ts';
import { processWorld } from '../../../src/process/process-world.ts';
import type { SubcommandName } from '../../../src/syntax/subcommands.ts';
import { type Attempt, attempt } from './attempt.ts';
import { type Conversation, converse, isConversation } from './conversation.ts';
import { isToa, type ToaTask, toa } from './toa.ts';

// A process that stays in one network namespace and does there what the test asks: one JSON line in, one out.

export type Task =
  | { readonly do: 'lvsadm'; readonly words: readonly string[] }
  /** Runs another program, which must end well. */
  | { readonly do: 'program'; readonly words: readonly string[] }
  | { readonly do: 'ipvs'; readonly changes: readonly Change[] }
  | { readonly do: 'serve'; readonly name: string; readonly address: string; readonly port: number }
  | {
      readonly do: 'ask';
      readonly protocol: 'tcp' | 'udp';
      readonly address: string;
      readonly port: number;
      readonly size?: number;
      /** Milliseconds; default 1500. */
      readonly patience?: number;
    }
  | { readonly do: 'write'; readonly path: string; readonly value: string }
  | { readonly do: 'counters'; readonly device: string }
  | { readonly do: 'neighbour'; readonly device: string; readonly address: string }
  | { readonly do: 'forget'; readonly device: string; readonly address: string }
  | { readonly do: 'solicit'; readonly device: string; readonly address: string }
  | { readonly do: 'hardware-address'; readonly device: string }
  | { readonly do: 'route'; readonly address: string; readonly packet?: Packet }
  | { readonly do: 'dump' }
  | Attempt
  | Conversation
  | ToaTask;

const links = new Links();

async function perform(task: Task): Promise<unknown> {
  if (isConversation(task)) return converse(task);
  if (isToa(task)) return toa(task);
  switch (task.do) {
    case 'lvsadm':
      return lvsadm(task.words);
    case 'program':
      return execFileSync(task.words[0]!, task.words.slice(1), { encoding: 'utf8' });
    case 'ipvs': {
      await using client = await IpvsClient.open();
      await client.flush();
      for (const change of task.changes) await client.change(change);
      return true;
    }
    case 'serve':
      return serve(task);
    case 'ask':
      return task.protocol === 'tcp' ? askTcp(task) : askUdp(task);
    case 'write':
      writeFileSync(join('/proc/sys', task.path), task.value);
      return true;
    case 'counters':
      return counters(task.device);
    case 'neighbour': {
      const link = await links.link(task.device);
      const found = (await links.neighbours()).find(
        ({ index, address }) => index === link?.index && address === task.address,
      );
      return found ?? null;
    }
    case 'forget':
      await links.forgetNeighbour((await links.link(task.device))!.index, task.address);
      return true;
    case 'solicit':
      await links.solicit((await links.link(task.device))!.index, task.address);
      return true;
    case 'hardware-address':
      return (await links.link(task.device))!.hardwareAddress;
    case 'route':
      return links.route(task.address, task.packet);
    case 'dump':
      return dump();
    case 'attempt':
      return attempt(task);
  }
}

/** Runs a subcommand, or a line of ipvsadm's kind, in this process, as the executable would. */
async function lvsadm([name = '', ...words]: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const world = {
    ...processWorld(),
    programName: 'lvsadm',
    stdout: {
      write(text: string) {
        stdout += text;
      },
    },
    stderr: {
      write(text: string) {
        stderr += text;
      },
    },
  };
  const code = name.startsWith('-')
    ? await runIpvsadm([name, ...words], world)
    : await (await SUBCOMMANDS[name as SubcommandName]()).run(words, world);
  return { code, stdout, stderr };
}

const served = new Set<string>();

/**
 * TCP and UDP on one address and port: answers with the server's name and the client's address, and as many bytes as
 * asked. What is served already goes on; a socket outlives the address that it is bound to, and its return.
 */
async function serve({ name, address, port }: Extract<Task, { do: 'serve' }>): Promise<boolean> {
  const key = `${address} ${port}`;
  if (served.has(key)) return true;
  served.add(key);
  const reply = (client: string | undefined, question: string) =>
    `${name} ${client ?? '?'}`.padEnd(Number(question), ' ');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (question) => socket.end(reply(socket.remoteAddress, String(question))));
  });
  await listening((done) => server.listen(port, address, done), server);
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (question, from) =>
    udp.send(reply(from.address, String(question)), from.port, from.address),
  );
  await listening((done) => udp.bind(port, address, done), udp);
  return true;
}

function listening(begin: (done: () => void) => void, server: EventEmitter): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    begin(resolve);
  });
}

const PATIENCE = 1500;

/** The answer, or `null` when there was none in time. */
function askTcp({
  address,
  port,
  size = 0,
  patience = PATIENCE,
}: Extract<Task, { do: 'ask' }>): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: address, port });
    const end = (value: string | null) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(patience, () => end(null));
    socket.on('connect', () => socket.write(String(size)));
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('end', () => end(answer.length >= size ? answer.trim() : null));
    socket.on('error', () => end(null));
  });
}

/** A UDP server on all addresses answers from whichever the kernel picks, so any source will do here. */
function askUdp({
  address,
  port,
  size = 0,
  patience = PATIENCE,
}: Extract<Task, { do: 'ask' }>): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const end = (value: string | null) => {
      clearTimeout(timer);
      socket.close();
      resolve(value);
    };
    const timer = setTimeout(() => end(null), patience);
    socket.on('error', () => end(null));
    // Connected: an answer from another address than the one that was asked is not taken.
    socket.connect(port, address, () => socket.send(String(size)));
    socket.on('message', (text) => end(String(text).trim()));
  });
}

function counters(device: string): { received: number; sent: number } {
  const line = readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith(`${device}:`))!;
  const fields = line.split(':')[1]!.trim().split(/\s+/).map(Number);
  return { received: fields[0]!, sent: fields[8]! };
}

/** Everything that preparing a host may touch, in an order that does not depend on history. */
async function dump(): Promise<string[]> {
  const names = new Map((await links.links()).map(({ index, name }) => [index, name]));
  const named = (list: readonly { index: number }[]) =>
    list.map(({ index, ...rest }) => JSON.stringify({ device: names.get(index), ...rest }));
  const lines = [
    ...named(await links.links()),
    ...named(await links.addresses()),
    ...named(await links.routes()),
  ];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else lines.push(`${path} ${readQuietly(path)}`);
    }
  };
  for (const family of ['ipv4', 'ipv6']) walk(`/proc/sys/net/${family}`);
  const routes = ['route', 'ipv6_route', 'if_inet6', 'fib_trie'].map((name) =>
    readQuietly(`/proc/self/net/${name}`),
  );
  for (const line of routes.join('\n').split('\n')) {
    // Inner nodes of the tree depend on its history.
    if (line.includes('+--')) continue;
    // Counts of references and of use are not the route.
    lines.push(line.replace(/ [0-9a-f]{8} [0-9a-f]{8} ([0-9a-f]{8} +\S+)$/, ' $1'));
  }
  for (const rule of (await listRuleset()) ?? []) lines.push(JSON.stringify(rule));
  return lines.sort();
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '?';
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line) as Task;
  let answer: { value: unknown } | { failure: string };
  try {
    answer = { value: await perform(task) };
  } catch (error) {
    answer = { failure: String((error as Error).stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
