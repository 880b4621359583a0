import { decodeAttributes, encodeAttributes } from '../netlink/attributes.ts';
import { type BatchFailure, Connection, type ConnectionOptions } from '../netlink/connection.ts';
import { NetlinkError } from '../netlink/errors.ts';
import { attributesStart, encodeGenericHeader, NETLINK_GENERIC, resolveFamily } from '../netlink/generic.ts';
import type { Message } from '../netlink/message.ts';
import type { Writer } from '../netlink/writer.ts';
import { GENL_NAME, GENL_VERSION } from './constants.ts';
import { meant, type Query } from './errors.ts';
import { COMMAND, COMMAND_WITHOUT_COUNTERS, type CommandValues } from './layout.ts';
import { encodeQuery, type Request } from './requests.ts';

export interface ListingOptions {
  /** `false` leaves the counters out, so that all are zero: they take most of the time of reading a large table. */
  readonly counters?: boolean;
}

/** How often a listing is begun again that the kernel says was interrupted by a change. */
const DUMP_ATTEMPTS = 5;

/** How requests get to the kernel's IPVS and answers back: a connection, and the number of the family on it. */
export class Channel {
  readonly #connection: Connection;
  readonly #family: number;

  private constructor(connection: Connection, family: number) {
    this.#connection = connection;
    this.#family = family;
  }

  /** Connects, and makes sure that IPVS answers. Rejects with a NetlinkError. */
  static async open(options: ConnectionOptions): Promise<Channel> {
    const connection = new Connection(NETLINK_GENERIC, options);
    try {
      const channel = new Channel(connection, await resolveFamily(connection, GENL_NAME));
      await channel.ask(encodeQuery('GET_INFO'));
      return channel;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Waits for what is under way, and closes the socket. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Sends one request, and shows where the attributes of its answer are, if it has one. */
  ask(
    request: Request,
    onAttributes: (at: Pick<Message, 'bytes' | 'start' | 'end'>) => void = ignore,
  ): Promise<void> {
    return this.#connection.request(
      this.#family,
      (writer) => encodeRequest(writer, request),
      (message) => onAttributes({ bytes: message.bytes, start: attributesStart(message), end: message.end }),
    );
  }

  /** Sends one request, and shows the values of its answer. */
  askValues(request: Request, onValues: (values: CommandValues) => void): Promise<void> {
    return this.ask(request, ({ bytes, start, end }) =>
      onValues(decodeAttributes(COMMAND, bytes, start, end)),
    );
  }

  /** Dumps, and dumps again when a change came in between. */
  async list<T>(
    query: Query,
    request: Request,
    read: (values: CommandValues) => T | undefined,
    { counters = true }: ListingOptions = {},
  ): Promise<T[]> {
    const layout = counters ? COMMAND : COMMAND_WITHOUT_COUNTERS;
    for (let attempt = 1; ; attempt++) {
      const found: T[] = [];
      try {
        await this.#connection.dump(
          this.#family,
          (writer) => encodeRequest(writer, request),
          (message) => {
            const { bytes, end } = message;
            const item = read(decodeAttributes(layout, bytes, attributesStart(message), end));
            if (item !== undefined) found.push(item);
          },
        );
        return found;
      } catch (error) {
        const again = error instanceof NetlinkError && error.failure === 'interrupted';
        if (!again || attempt === DUMP_ATTEMPTS) throw meant(query, error);
      }
    }
  }

  /** Sends `count` requests, as `Connection.batch` does. */
  batch(
    count: number,
    request: (index: number) => Request,
    onFailure: (failure: BatchFailure) => void,
    onProgress: (done: number) => void,
  ): Promise<void> {
    return this.#connection.batch(
      this.#family,
      count,
      (writer, index) => encodeRequest(writer, request(index)),
      onFailure,
      onProgress,
    );
  }
}

function encodeRequest(writer: Writer, { command, values }: Request): void {
  encodeGenericHeader(writer, command, GENL_VERSION);
  encodeAttributes(writer, COMMAND, values);
}

function ignore(): void {}
