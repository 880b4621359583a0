import { describe, expect, it } from 'vitest';
import { NetlinkError } from '../../src/netlink/errors.ts';
import type { EventListener } from '../../src/netlink/event-socket.ts';
import { decodeNetworkEvent, type RawNetworkEvent } from '../../src/netlink/families/route/events.ts';
import type { Message } from '../../src/netlink/message.ts';
import { Subscription, type SubscriptionOptions } from '../../src/netlink/subscription.ts';
import { attribute, message } from './scripted-kernel.ts';

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;

/** A link's message: struct ifinfomsg with an index, and IFLA_IFNAME. */
function link(type: number, index: number, name: string, family = 0): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt8(family, 0);
  header.writeInt32LE(index, 4);
  return message(type, 0, Buffer.concat([header, attribute(3, Buffer.from(`${name}\0`))]));
}

function subscribe(options: SubscriptionOptions = {}, decode = decodeNetworkEvent) {
  const state = { groups: [] as number[], closed: false };
  let listener: EventListener | undefined;
  const subscription = new Subscription<RawNetworkEvent>(0, [1, 3], decode, {
    ...options,
    openSocket: (one) => {
      listener = one;
      return {
        join: (group) => state.groups.push(group),
        close: () => {
          state.closed = true;
        },
      };
    },
  });
  return { subscription, state, listener: listener! };
}

/** The names of the next links, with `-` before those that are gone, or the kind of another event. */
async function take(subscription: Subscription<RawNetworkEvent>, count: number): Promise<string[]> {
  const events = subscription[Symbol.asyncIterator]();
  const seen: string[] = [];
  while (seen.length < count) {
    const { done, value } = await events.next();
    if (done) return [...seen, 'end'];
    seen.push(value.kind === 'link' ? `${value.gone ? '-' : ''}${value.link.name}` : value.kind);
  }
  return seen;
}

describe('a subscription', () => {
  it('joins its groups and keeps its socket until it is closed', () => {
    const { subscription, state } = subscribe();
    expect(state).toEqual({ groups: [1, 3], closed: false });
    subscription.close();
    expect(state.closed).toBe(true);
  });

  it('gives events in their order, those that came before they were asked for and those after', async () => {
    const { subscription, listener } = subscribe();
    listener.received(Buffer.concat([link(RTM_NEWLINK, 1, 'a'), link(RTM_NEWLINK, 2, 'b')]));
    expect(await take(subscription, 2)).toEqual(['a', 'b']);
    const later = take(subscription, 1);
    listener.received(link(RTM_DELLINK, 1, 'a'));
    expect(await later).toEqual(['-a']);
  });

  it('passes over a bridge that lets go of its port, which is no link that goes', async () => {
    const AF_BRIDGE = 7;
    const { subscription, listener } = subscribe();
    listener.received(link(RTM_DELLINK, 1, 'port', AF_BRIDGE));
    listener.received(link(RTM_NEWLINK, 1, 'port'));
    expect(await take(subscription, 1)).toEqual(['port']);
  });

  it('says in their place that events were lost, and goes on', async () => {
    const { subscription, listener } = subscribe();
    listener.received(link(RTM_NEWLINK, 1, 'a'));
    listener.failed(new NetlinkError('overrun', 'lost', { errno: 105 }));
    listener.received(link(RTM_NEWLINK, 2, 'b'));
    expect(await take(subscription, 3)).toEqual(['a', 'overrun', 'b']);
  });

  it('forgets what nobody reads, and says so', async () => {
    const { subscription, listener } = subscribe();
    for (let count = 0; count < 10_001; count++) listener.received(link(RTM_NEWLINK, 1, 'a'));
    listener.received(link(RTM_NEWLINK, 2, 'b'));
    expect(await take(subscription, 2)).toEqual(['overrun', 'b']);
  });

  it.each<[string, (listener: EventListener) => void, string]>([
    ['the socket fails', ({ failed }) => failed(new NetlinkError('socket', 'gone')), 'socket'],
    ['an event is cut', ({ received }) => received(link(RTM_NEWLINK, 1, 'a').subarray(0, 30)), 'malformed'],
    [
      'an event has no header',
      ({ received }) => received(message(RTM_NEWLINK, 0, Buffer.alloc(4))),
      'malformed',
    ],
  ])('ends with what is wrong when %s', async (_, happen, failure) => {
    for (const asked of ['before', 'after']) {
      const { subscription, listener, state } = subscribe();
      const events = subscription[Symbol.asyncIterator]();
      const early = asked === 'before' ? events.next() : undefined;
      const rejected = expect(early ?? Promise.reject(new NetlinkError('socket', ''))).rejects.toBeInstanceOf(
        NetlinkError,
      );
      happen(listener);
      await rejected;
      if (!early) await expect(events.next()).rejects.toMatchObject({ failure });
      expect(await events.next()).toEqual({ done: true, value: undefined });
      expect(state.closed).toBe(true);
    }
  });

  it('turns an exception of its decoder into its end', async () => {
    const { subscription, listener } = subscribe({}, () => {
      throw new TypeError('broke');
    });
    listener.received(link(RTM_NEWLINK, 1, 'a'));
    await expect(take(subscription, 1)).rejects.toThrow('broke');
  });

  it('ends its loop when it is closed, and is closed when its loop is broken off', async () => {
    const { subscription, state, listener } = subscribe();
    const waiting = take(subscription, 1);
    subscription.close();
    expect(await waiting).toEqual(['end']);
    listener.received(link(RTM_NEWLINK, 1, 'late'));
    expect(await take(subscription, 1)).toEqual(['end']);
    expect(state.closed).toBe(true);

    const other = subscribe();
    other.listener.received(link(RTM_NEWLINK, 1, 'a'));
    for await (const _ of other.subscription) break;
    expect(other.state.closed).toBe(true);
  });

  it('ends when its signal is aborted, also before it began', async () => {
    const controller = new AbortController();
    const { subscription, state } = subscribe({ signal: controller.signal });
    const waiting = take(subscription, 1);
    controller.abort();
    expect(await waiting).toEqual(['end']);
    expect(state.closed).toBe(true);
    const late = subscribe({ signal: controller.signal });
    expect(late.state.closed).toBe(true);
    expect(await take(late.subscription, 1)).toEqual(['end']);
  });

  it('closes its socket when a group cannot be joined', () => {
    let closed = false;
    const openSocket = () => ({
      join: () => {
        throw new NetlinkError('socket', 'cannot join');
      },
      close: () => {
        closed = true;
      },
    });
    expect(() => new Subscription(0, [1], (_: Message) => undefined, { openSocket })).toThrow('cannot join');
    expect(closed).toBe(true);
  });
});
