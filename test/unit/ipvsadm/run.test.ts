import { describe, expect, it } from 'vitest';
import { IpvsError } from '../../../src/ipvs/errors.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import type { ServiceStatus } from '../../../src/model/service.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import { NetlinkError, type NetlinkFailure } from '../../../src/netlink/errors.ts';
import type { World } from '../../../src/process/world.ts';
import { fakeKernel, fakeWorld, input } from '../fake-world.ts';
import { service } from './captured.ts';

const EPERM = 1;
const ENOENT = 2;
const ESRCH = 3;
const EEXIST = 17;
const ENODEV = 19;
const EINVAL = 22;
const ERANGE = 34;

async function run(line: string, overrides: Partial<World> = {}) {
  const world = fakeWorld(overrides);
  const code = await runIpvsadm(line === '' ? [] : line.split(' '), world);
  return { code, out: world.stdoutText, err: world.stderrText };
}

const unreachable =
  (failure: NetlinkFailure, errno = 0) =>
  async () => {
    throw new IpvsError({ kind: 'open' }, new NetlinkError(failure, 'no way', { errno }));
  };

describe('a change', () => {
  it('goes to the kernel, says nothing, and closes the connection', async () => {
    const kernel = fakeKernel();
    const result = await run('-D -t 1.1.1.1:80', { openKernel: async () => kernel });
    expect(result).toEqual({ code: 0, out: '', err: '' });
    expect(kernel.changes).toEqual([
      { kind: 'delete-service', service: { protocol: 'tcp', address: '1.1.1.1', port: 80 } },
    ]);
    expect(kernel.closed).toBe(true);
  });

  it.each([
    ['-A -t 1.1.1.1:80', EEXIST, 'Service already exists'],
    ['-A -t 1.1.1.1:80', ENOENT, 'Scheduler or persistence engine not found'],
    ['-E -t 1.1.1.1:80', ESRCH, 'No such service'],
    ['-E -t 1.1.1.1:80', ENOENT, 'Scheduler or persistence engine not found'],
    ['-D -t 1.1.1.1:80', ESRCH, 'No such service'],
    ['-Z -t 1.1.1.1:80', ESRCH, 'No such service'],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2', ESRCH, 'Service not defined'],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2', EEXIST, 'Destination already exists'],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2', ERANGE, 'Numerical result out of range'],
    ['-e -t 1.1.1.1:80 -r 1.1.1.2', ENOENT, 'No such destination'],
    ['-d -t 1.1.1.1:80 -r 1.1.1.2', ENOENT, 'No such destination'],
    ['-d -t 1.1.1.1:80 -r 1.1.1.2', ESRCH, 'Service not defined'],
    ['--start-daemon master', EEXIST, 'Daemon has already run'],
    ['--start-daemon master', ENODEV, 'No such device'],
    ['--stop-daemon master', ESRCH, 'No daemon is running'],
    ['-C', EPERM, 'Permission denied (you must be root)'],
    [
      '-a -t 1.1.1.1:80 -r 1.1.1.2',
      EINVAL,
      'Invalid operation.  Possibly wrong module version, address not unicast, ...',
    ],
    ['-C', 4095, 'Unknown error 4095'],
  ])('%s, refused with errno %d', async (line, errno, text) => {
    const kernel = fakeKernel(() => errno);
    const result = await run(line, { openKernel: async () => kernel });
    expect(result).toEqual({ code: 255, out: '', err: `${text}\n` });
    expect(kernel.closed).toBe(true);
  });
});

describe('a listing', () => {
  it('is printed', async () => {
    const head = 'Prot LocalAddress:Port Scheduler Flags\n';
    const result = await run('');
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toContain(`IP Virtual Server version 1.2.1 (size=4096)\n${head}`);
    expect((await run('-L --timeout')).out).toBe('Timeout (tcp tcpfin udp): 900 120 300\n');
    expect((await run('-L --daemon')).out).toBe('');
  });

  it('of a service that is not there fails', async () => {
    expect(await run('-L -t 1.1.1.1:80')).toEqual({ code: 1, out: '', err: 'No such service\n' });
  });

  it('of connections is read from the kernel', async () => {
    const { code, out } = await run('-Lcn', {
      readConnections: async () =>
        'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n' +
        'TCP 0A000001 C350 0A000002 0050 0A000003 0050 ESTABLISHED     890\n',
    });
    expect(code).toBe(0);
    expect(out).toContain('10.0.0.1:50000');
  });

  it('looks names up unless told not to', async () => {
    const asked: string[][] = [];
    const findNames: World['findNames'] = async (addresses) => {
      asked.push([...addresses]);
      return { host: () => undefined, port: () => undefined };
    };
    await run('-L -n', { findNames });
    await run('-S -n', { findNames });
    expect(asked).toEqual([]);
    await run('-L', { findNames });
    await run('-S', { findNames });
    expect(asked).toEqual([[], []]);
  });
});

describe('host names', () => {
  it('are looked up once', async () => {
    const asked: string[] = [];
    const kernel = fakeKernel();
    const result = await run('-a -t vip:80 -r vip:80 -m', {
      openKernel: async () => kernel,
      findHost: async (name) => {
        asked.push(name);
        return '10.0.0.1';
      },
    });
    expect(result.code).toBe(0);
    expect(asked).toEqual(['vip']);
    expect(kernel.changes).toMatchObject([
      { service: { address: '10.0.0.1' }, destination: { address: '10.0.0.1' } },
    ]);
  });

  it('that nobody knows are refused', async () => {
    const err = 'illegal virtual server address[:port] specified\n';
    expect(await run('-A -t vip:80')).toEqual({ code: 2, out: '', err });
  });
});

describe('without IPVS', () => {
  const lines = (reason: string) =>
    `Can't initialize ipvs: ${reason}\nAre you sure that IP Virtual Server is built in the kernel or as module?\n`;

  it.each([
    ['no-family', 0, 'Protocol not available'],
    ['refused', EPERM, 'Permission denied (you must be root)'],
  ] as const)('%s says so as ipvsadm does', async (failure, errno, reason) => {
    const openKernel = unreachable(failure, errno);
    expect(await run('-L', { openKernel })).toEqual({ code: 2, out: '', err: lines(reason) });
  });

  it('tells a user who is not root so first, as ipvsadm does', async () => {
    const world = { openKernel: unreachable('no-family'), mayOpenRawSockets: async () => false };
    const err = lines('Permission denied (you must be root)');
    expect(await run('-Ln', world)).toEqual({ code: 2, out: '', err });
    const own = await run('-Ln', {
      ...world,
      programName: 'lvsadm',
      explainAbsence: async () => 'load the module',
    });
    expect(own.err).toBe(
      `${err}lvsadm: run it as root, who alone may use IPVS and load it; load the module\n`,
    );
  });

  it('says under its own name what to do', async () => {
    const world = { programName: 'lvsadm', explainAbsence: async () => 'load the module' };
    const absent = await run('-L', { ...world, openKernel: unreachable('no-family') });
    expect(absent.err).toBe(`${lines('Protocol not available')}lvsadm: load the module\n`);
    const forbidden = await run('-L', { ...world, openKernel: unreachable('refused', EPERM) });
    expect(forbidden.err).toMatch(/\nlvsadm: .*CAP_NET_ADMIN.*\n$/);
  });

  it('loads the module and tries again', async () => {
    let loaded = false;
    const kernel = fakeKernel();
    const result = await run('-C', {
      openKernel: async () => (loaded ? kernel : unreachable('no-family')()),
      loadModule: async () => {
        loaded = true;
        return true;
      },
    });
    expect(result).toEqual({ code: 0, out: '', err: '' });
    expect(kernel.changes).toEqual([{ kind: 'flush' }]);
  });

  it.each(['-h', '-v', 'foo', '-L --bogus', '-A'])('%s answers all the same', async (line) => {
    let opened = false;
    const openKernel = async () => {
      opened = true;
      return unreachable('no-family')();
    };
    const { err } = await run(line, { openKernel });
    expect(opened).toBe(false);
    expect(err).not.toContain('initialize');
  });
});

describe('the program itself', () => {
  it('tells its version by the name it is called', async () => {
    const reference = 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n';
    expect(await run('-v')).toEqual({ code: 0, out: reference, err: '' });
    expect((await run('-v', { programName: 'lvsadm' })).out).toMatch(/^lvsadm v1\.0\.0 /);
  });

  it('tells its usage on standard output', async () => {
    expect(await run('-h')).toMatchObject({ code: 0, err: '' });
    expect((await run('-h')).out).not.toContain('--check');
    expect((await run('-h', { programName: 'lvsadm' })).out).toContain('--check');
  });

  it('owns up to a defect in one line', async () => {
    const readConnections = async () => {
      throw new TypeError('x is not\na function');
    };
    const result = await run('-L -c', { readConnections });
    expect(result).toEqual({ code: 70, out: '', err: 'ipvsadm: internal error: x is not a function\n' });
  });

  it('does not take the machine’s troubles for its own', async () => {
    const readConnections = async () => {
      throw Object.assign(new Error('EACCES: permission denied'), { syscall: 'open' });
    };
    const result = await run('-L -c', { readConnections });
    expect(result).toEqual({ code: 255, out: '', err: 'ipvsadm: EACCES: permission denied\n' });
  });

  it('says what became of a connection that failed', async () => {
    const kernel = fakeKernel();
    kernel.batch = async ([change]) => {
      throw new IpvsError(change!, new NetlinkError('timeout', 'the kernel did not answer'));
    };
    const world = fakeWorld({ openKernel: async () => kernel, stdin: input('-C\n') });
    expect(await runIpvsadm(['-R'], world)).toBe(255);
    expect(world.stderrText).toBe('ipvsadm: cannot delete all services: the kernel did not answer.\n');
  });
});

it.each([['-L'], ['-S'], ['-Ln'], ['-Sn']])(
  '%s prints nothing of a table that cannot be read to its end',
  async (word) => {
    const many = Array.from({ length: 500 }, (_, index) =>
      service({ fwmark: index + 1, family: 'inet' }, []),
    );
    const lost = new IpvsError({ kind: 'list-services' }, new NetlinkError('overrun', 'answers were lost'));
    const kernel = {
      ...fakeKernel(),
      services: async () => many,
      async eachTable(services: Iterable<ServiceStatus>, visit: (table: ServiceTable) => void) {
        for (const listed of services) visit({ ...listed, destinations: [] });
        throw lost;
      },
    };
    const world = fakeWorld({ openKernel: async () => kernel });
    expect(await runIpvsadm([word], world)).not.toBe(0);
    expect(world.stdoutText).toBe('');
    expect(world.stderrText).not.toBe('');
  },
);
