import { endianness } from 'node:os';
import { RawNetlinkSocket } from 'netlink/dist/raw.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSocket } from '../../../src/netlink/socket.ts';

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  endianness: vi.fn(() => 'LE'),
}));
vi.mock('netlink/dist/raw.js', () => ({ RawNetlinkSocket: vi.fn() }));
afterEach(() => vi.resetAllMocks());

const listener = { expecting: () => false, received: () => {}, failed: () => {} };

describe('opening a socket', () => {
  it('is refused on a machine whose numbers are the other way round, with the reason', () => {
    vi.mocked(endianness).mockReturnValue('BE');
    expect(() => openSocket(16, listener)).toThrow('this machine is big-endian');
    expect(RawNetlinkSocket).not.toHaveBeenCalled();
  });

  it.each([
    ['EMFILE', 'this process has no file descriptor left for a netlink socket', 'ulimit -n'],
    ['ENFILE', 'this machine has no file descriptor left for a netlink socket', 'fs.file-max'],
    ['EAFNOSUPPORT', 'netlink socket: ', 'no such thing'],
  ])('says what %s means', (code, sentence, advice) => {
    vi.mocked(endianness).mockReturnValue('LE');
    vi.mocked(RawNetlinkSocket).mockImplementation(function refuse() {
      throw Object.assign(new Error('no such thing'), { code, errno: 24 });
    });
    expect(() => openSocket(16, listener)).toThrow(
      expect.objectContaining({ failure: 'socket', errno: 24, message: expect.stringContaining(sentence) }),
    );
    expect(() => openSocket(16, listener)).toThrow(advice);
  });
});
