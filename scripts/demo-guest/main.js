/**
 * The demonstration, run as root inside the lab: a client, a director and two real servers, each a network namespace,
 * joined by one bridge for the client's side and one for the servers'.
 *
 *     client 10.0.0.2 ── 10.0.0.1 director 192.168.1.1 ── 192.168.1.11 rs1
 *                         (the VIP)                    └─ 192.168.1.12 rs2
 */
import { execFileSync, spawn } from 'node:child_process';

const VIP = '10.0.0.1';
const REAL_SERVERS = [
  ['rs1', '192.168.1.11'],
  ['rs2', '192.168.1.12'],
];

/** With FULLNAT the servers have no way back to the client, and need none. */
const isFullnat = process.argv[2] === 'fullnat';
const LOCAL_ADDRESS = '192.168.1.200';

const script = (name) => new URL(name, import.meta.url).pathname;
const lvsadm = new URL('../../bin/lvsadm.js', import.meta.url).pathname;
const within = (host, program, ...words) => ['netns', 'exec', host, program, ...words];

function ip(...lines) {
  execFileSync('ip', ['-force', '-batch', '-'], {
    input: lines.join('\n'),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

/** Runs a command line in the director, and shows it as an operator would see it. */
function onDirector(...words) {
  console.log(`director# lvsadm ${words.join(' ')}`);
  execFileSync('ip', within('director', process.execPath, lvsadm, ...words), { stdio: 'inherit' });
}

function buildNetwork() {
  ip(
    ...['client', 'director', 'rs1', 'rs2'].map((host) => `netns add ${host}`),
    ...['front', 'back'].flatMap((name) => [`link add ${name} type bridge`, `link set ${name} up`]),
    ...plug('client', 'eth0', 'front'),
    ...plug('director', 'eth0', 'front'),
    ...plug('director', 'eth1', 'back'),
    ...plug('rs1', 'eth0', 'back'),
    ...plug('rs2', 'eth0', 'back'),
  );
  configure('client', 'addr add 10.0.0.2/24 dev eth0', 'link set eth0 up');
  configure(
    'director',
    `addr add ${VIP}/24 dev eth0`,
    'addr add 192.168.1.1/24 dev eth1',
    'link set eth0 up',
    'link set eth1 up',
  );
  for (const [host, address] of REAL_SERVERS) {
    configure(
      host,
      `addr add ${address}/24 dev eth0`,
      'link set eth0 up',
      ...(isFullnat ? [] : ['route add default via 192.168.1.1']),
    );
  }
  // The director is the way back for the replies, so it must forward.
  if (!isFullnat) execFileSync('ip', within('director', 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'));
}

/** A cable from a device of a host to a bridge. */
function plug(host, device, bridge) {
  const port = `${host}-${device}`;
  return [
    `link add ${port} type veth peer name ${device} netns ${host}`,
    `link set ${port} master ${bridge} up`,
  ];
}

function configure(host, ...lines) {
  execFileSync('ip', ['-n', host, '-batch', '-'], {
    input: lines.join('\n'),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

/** Starts the web server of a real server, and waits until it listens. */
function startWebServer([host, address]) {
  const server = spawn('ip', within(host, process.execPath, script('web-server.js'), host, address), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.stdout.once('data', () => resolve(server));
    server.once('exit', (code) => reject(new Error(`the web server of ${host} ended (${code})`)));
  });
}

console.log(`
A client, a director and two real servers: network namespaces of a kernel of their own.

    client 10.0.0.2 ── ${VIP} director 192.168.1.1 ── rs1 192.168.1.11
                       (the VIP)                    └─ rs2 192.168.1.12
`);
buildNetwork();
const servers = await Promise.all(REAL_SERVERS.map(startWebServer));

onDirector('-A', '-t', `${VIP}:80`, '-s', 'rr');
if (isFullnat) onDirector('fullnat', 'enable', '-t', `${VIP}:80`, '--local-address', LOCAL_ADDRESS);
for (const [, address] of REAL_SERVERS) {
  onDirector('-a', '-t', `${VIP}:80`, '-r', `${address}:8080`, isFullnat ? '--fullnat' : '-m');
}
console.log();

console.log(`client$ eight requests to http://${VIP}/`);
const answers = execFileSync(
  'ip',
  within('client', process.execPath, script('client.js'), `http://${VIP}/`, '8'),
  {
    encoding: 'utf8',
  },
);
console.log(answers);

// The kernel refreshes its counters every two seconds.
await new Promise((resolve) => setTimeout(resolve, 2500));
onDirector('-L', '-n', ...(isFullnat ? ['--fullnat'] : []));
console.log();
onDirector('-L', '-n', '--stats');
if (isFullnat) {
  console.log();
  onDirector('fullnat', 'status');
}

for (const server of servers) server.kill();
const answered = REAL_SERVERS.map(([name]) => [name, answers.split(`${name} answered`).length - 1]);
console.log(`\n${answered.map(([name, count]) => `${name} answered ${count} requests`).join(', ')}.`);
if (answered.some(([, count]) => count !== 4)) {
  console.error('Round robin should have given 4 to each.');
  process.exitCode = 1;
}
