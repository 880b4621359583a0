import { describe, expect, it, vi } from 'vitest';
import { Connection } from '../../src/netlink/connection.ts';
import { NetlinkError } from '../../src/netlink/errors.ts';
import type { Message } from '../../src/netlink/message.ts';
import {
  acknowledge,
  done,
  message,
  type Script,
  ScriptedKernel,
  silence,
  withEachDelivery,
} from './scripted-kernel.ts';

const TYPE = 30;
const NLM_F_DUMP_INTR = 0x10;
const ENOENT = 2;
const ENOBUFS = 105;
const payload = () => {};

function connect(script: Script, timeout = 1000) {
  const kernel = new ScriptedKernel(script);
  return { kernel, connection: new Connection(16, { timeout, openSocket: kernel.openSocket }) };
}

async function failureOf(promise: Promise<unknown>): Promise<NetlinkError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(NetlinkError);
  return error as NetlinkError;
}

withEachDelivery(() => {
  describe('a request', () => {
    it('delivers the messages of its answer', async () => {
      const { connection } = connect(([request], kernel) => {
        kernel.deliver(message(TYPE, request!.sequence, Buffer.from('one.')));
        kernel.deliver(message(TYPE, request!.sequence, Buffer.from('two.')));
      });
      const seen: string[] = [];
      await connection.request(TYPE, payload, ({ bytes, start, end }) =>
        seen.push(bytes.toString('utf8', start, end)),
      );
      expect(seen).toEqual(['one.', 'two.']);
    });

    it('passes over answers to other sequence numbers', async () => {
      const { connection } = connect(([request], kernel) => {
        kernel.deliver(message(TYPE, request!.sequence + 7, Buffer.from('late')));
        kernel.deliver(message(TYPE, request!.sequence - 1, Buffer.from('late')));
        kernel.deliver(message(TYPE, request!.sequence, Buffer.from('mine')));
      });
      const seen: string[] = [];
      await connection.request(TYPE, payload, ({ bytes, start, end }) =>
        seen.push(bytes.toString('utf8', start, end)),
      );
      expect(seen).toEqual(['mine']);
    });

    it('begins its sequence numbers where nobody can guess', async () => {
      const firsts = new Set<number>();
      for (let count = 0; count < 20; count++) {
        const { connection } = connect(([request]) => firsts.add(request!.sequence));
        await connection.request(TYPE, payload);
      }
      expect(firsts.size).toBe(20);
      expect(Math.max(...firsts)).toBeGreaterThan(2 ** 28);
    });

    it('goes on from the largest sequence number with the smallest', async () => {
      const random = vi.spyOn(Math, 'random').mockReturnValue(1 - 2 ** -32 - 2 ** -33);
      const sequences: number[] = [];
      const { connection } = connect((requests, kernel) => {
        sequences.push(...requests.map(({ sequence }) => sequence));
        kernel.deliver(acknowledge(requests[2]!, ENOENT));
      });
      random.mockRestore();
      const failed: number[] = [];
      await connection.batch(TYPE, 4, payload, ({ index }) => failed.push(index));
      expect(sequences).toEqual([0xffffffff, 0, 1, 2]);
      expect(failed).toEqual([2]);
    });

    it('rejects with the errno and its name, and the connection goes on', async () => {
      let calls = 0;
      const { connection, kernel } = connect(([request], kernel) =>
        kernel.deliver(acknowledge(request!, calls++ === 0 ? ENOENT : 0)),
      );
      const error = await failureOf(connection.request(TYPE, payload));
      expect(error).toMatchObject({ failure: 'refused', errno: ENOENT, code: 'ENOENT' });
      await connection.request(TYPE, payload);
      expect(kernel.sockets).toHaveLength(1);
    });

    it('times out on silence, and a late answer does not reach the next request', async () => {
      const late: Message[] = [];
      const { connection, kernel } = connect(([request], kernel) => {
        if (late.push(request!) === 1) return silence;
        kernel.deliver(acknowledge(late[0]!, ENOENT));
        return undefined;
      }, 30);
      const error = await failureOf(connection.request(TYPE, payload));
      expect(error).toMatchObject({ failure: 'timeout', errno: 0, code: '' });
      await connection.request(TYPE, payload);
      expect(kernel.sockets.map(({ closed }) => closed)).toEqual([true, false]);
    });

    it('does not time out when the process was held up while the answer was there', async () => {
      const { connection } = connect(() => {
        const until = performance.now() + 60;
        while (performance.now() < until) {
          // Busy, as in a system call that loads a module.
        }
      }, 30);
      await connection.request(TYPE, payload);
    });

    it('fails on an overrun and starts over with a fresh socket', async () => {
      let calls = 0;
      const { connection, kernel } = connect((_requests, kernel) => {
        if (calls++ > 0) return undefined;
        kernel.fail(new NetlinkError('overrun', 'lost', { errno: ENOBUFS }));
        return silence;
      });
      const error = await failureOf(connection.request(TYPE, payload));
      expect(error).toMatchObject({ failure: 'overrun', code: 'ENOBUFS' });
      await connection.request(TYPE, payload);
      expect(kernel.sockets).toHaveLength(2);
    });

    it.each([
      ['a header cut short', () => Buffer.alloc(7)],
      ['a length beyond the datagram', () => message(TYPE, 1, Buffer.alloc(8)).subarray(0, 20)],
      ['a length below a header', () => Buffer.alloc(16)],
      [
        'an acknowledgement without a number',
        ({ sequence }: Message) => message(2, sequence, Buffer.alloc(0)),
      ],
    ])('calls %s malformed', async (_name, answerTo) => {
      const { connection } = connect(([request], kernel) => kernel.deliver(answerTo(request!)));
      const error = await failureOf(connection.request(TYPE, payload));
      expect(error.failure).toBe('malformed');
    });

    it('turns an exception of its reader into its rejection', async () => {
      const { connection } = connect(([request], kernel) =>
        kernel.deliver(message(TYPE, request!.sequence, Buffer.alloc(4))),
      );
      const error = await failureOf(
        connection.request(TYPE, payload, () => {
          throw new Error('reader broke');
        }),
      );
      expect(error.message).toContain('reader broke');
      await connection.request(TYPE, payload);
    });

    it('ends well when the kernel breaks it off, which it does without a word', async () => {
      const { connection, kernel } = connect(() => {}, 30);
      await connection.request(TYPE, payload);
      expect(kernel.sockets).toHaveLength(1);
    });

    it('keeps the order of requests that do not wait for each other', async () => {
      const order: number[] = [];
      const { connection, kernel } = connect(() => {});
      await Promise.all([1, 2, 3].map((n) => connection.request(TYPE, payload).then(() => order.push(n))));
      expect(order).toEqual([1, 2, 3]);
      expect(kernel.sockets[0]!.sent).toHaveLength(3);
    });

    it('holds the process only while something is under way', async () => {
      const { connection, kernel } = connect(() => {});
      expect(kernel.sockets[0]!.held).toBe(false);
      const under = connection.request(TYPE, payload);
      expect(kernel.sockets[0]!.held).toBe(true);
      await under;
      await new Promise(setImmediate);
      expect(kernel.sockets[0]!.held).toBe(false);
    });

    it('is rejected after close, which waits for what is under way', async () => {
      const { connection, kernel } = connect(() => {});
      const under = connection.request(TYPE, payload);
      await connection.close();
      await under;
      expect(kernel.sockets[0]!.closed).toBe(true);
      expect((await failureOf(connection.request(TYPE, payload))).failure).toBe('closed');
    });
  });

  describe('a dump', () => {
    const part = (request: Message, flags = 2) => message(TYPE, request.sequence, Buffer.from('part'), flags);

    it('collects parts of several datagrams until DONE', async () => {
      const { connection } = connect(([request], kernel) => {
        kernel.deliver(part(request!), part(request!));
        kernel.deliver(part(request!));
        kernel.deliver(done(request!));
      });
      const seen = vi.fn();
      await connection.dump(TYPE, payload, seen);
      expect(seen).toHaveBeenCalledTimes(3);
    });

    it('rejects with the errno in DONE', async () => {
      const { connection } = connect(([request], kernel) => {
        kernel.deliver(part(request!));
        kernel.deliver(done(request!, ENOENT));
      });
      expect(await failureOf(connection.dump(TYPE, payload, () => {}))).toMatchObject({ code: 'ENOENT' });
    });

    it('ends well with an empty DONE', async () => {
      const { connection } = connect(([request], kernel) =>
        kernel.deliver(message(3, request!.sequence, Buffer.alloc(0))),
      );
      await connection.dump(TYPE, payload, () => {});
    });

    it('begins again when it was interrupted, with nothing of what came before', async () => {
      let attempts = 0;
      const { connection } = connect(([request], kernel) => {
        const flags = ++attempts < 5 ? 2 | NLM_F_DUMP_INTR : 2;
        kernel.deliver(part(request!, flags), part(request!));
        kernel.deliver(done(request!));
      });
      expect(await connection.dump(TYPE, payload, () => 'part')).toEqual(['part', 'part']);
      expect(attempts).toBe(5);
    });

    it('says in the end that it was interrupted', async () => {
      let attempts = 0;
      const { connection } = connect(([request], kernel) => {
        attempts++;
        kernel.deliver(part(request!, 2 | NLM_F_DUMP_INTR));
        kernel.deliver(done(request!));
      });
      expect((await failureOf(connection.dump(TYPE, payload, () => {}))).failure).toBe('interrupted');
      expect(attempts).toBe(5);
    });

    it('leaves out what its reader makes nothing of', async () => {
      const { connection } = connect(([request], kernel) => {
        kernel.deliver(part(request!), part(request!), part(request!), done(request!));
      });
      let count = 0;
      expect(await connection.dump(TYPE, payload, () => (++count === 2 ? undefined : count))).toEqual([1, 3]);
    });

    it('times out when it stops half-way', async () => {
      const { connection } = connect(([request], kernel) => kernel.deliver(part(request!)), 30);
      expect((await failureOf(connection.dump(TYPE, payload, () => {}))).failure).toBe('timeout');
    });
  });

  describe('a batch', () => {
    /** Answers as the kernel does: what it refuses, and nothing else. `refused` gets the position in the batch. */
    const kernelLike = (refused: (index: number) => number): Script => {
      let index = 0;
      return (requests, kernel) => {
        const outcomes = requests.map((request) => ({ request, errno: refused(index++) }));
        const answers = outcomes
          .filter(({ errno }) => errno)
          .map(({ request, errno }) => acknowledge(request, errno));
        kernel.deliver(...answers);
      };
    };

    it('reports each refusal at its position, and goes on', async () => {
      const { connection } = connect(kernelLike((index) => (index % 10 === 9 ? ENOENT : 0)));
      const failed: number[] = [];
      await connection.batch(TYPE, 1000, payload, ({ index, error }) => {
        expect(error.code).toBe('ENOENT');
        failed.push(index);
      });
      expect(failed).toEqual(Array.from({ length: 100 }, (_, n) => 10 * n + 9));
    });

    it('reports a refusal of the last one', async () => {
      const { connection } = connect(kernelLike((index) => (index === 2 ? ENOENT : 0)));
      const failed: number[] = [];
      await connection.batch(TYPE, 3, payload, ({ index }) => failed.push(index));
      expect(failed).toEqual([2]);
    });

    it('never sends more at once than the receive buffer can answer', async () => {
      const { connection, kernel } = connect((requests, kernel) => {
        expect(requests.length).toBeLessThanOrEqual(16);
        kernelLike(() => ENOENT)(requests, kernel);
      });
      kernel.receiveBuffer = 32_768;
      const small = new Connection(16, { openSocket: kernel.openSocket });
      let refused = 0;
      await small.batch(TYPE, 100, payload, () => refused++);
      expect(refused).toBe(100);
      await connection.close();
    });

    it('asks for one acknowledgement per datagram', async () => {
      const { connection, kernel } = connect(kernelLike(() => 0));
      await connection.batch(TYPE, 500, payload, () => {});
      const asked = kernel.sockets[0]!.sent.map((bytes) => {
        let count = 0;
        for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) {
          if (bytes.readUInt16LE(at + 6) & 4) count++;
        }
        return count;
      });
      expect(asked.length).toBeGreaterThan(1);
      expect(asked.every((count) => count === 1)).toBe(true);
    });

    it('tells its progress, and rejects when the connection fails in the middle', async () => {
      let datagrams = 0;
      const { connection } = connect(() => (++datagrams < 3 ? undefined : silence), 30);
      let through = 0;
      const error = await failureOf(
        connection.batch(
          TYPE,
          10_000,
          payload,
          () => {},
          (count) => {
            through = count;
          },
        ),
      );
      expect(error.failure).toBe('timeout');
      expect(through).toBe(2 * 208);
    });
  });
});
