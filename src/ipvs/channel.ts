import { decodeAttributes, encodeAttributes } from '../netlink/attributes.ts';
import { type BatchFailure, Connection, type ConnectionOptions } from '../netlink/connection.ts';
import {
  attributesStart,
  encodeGenericHeader,
  NETLINK_GENERIC,
  resolveFamily,
} from '../netlink/families/generic.ts';
import type { Message } from '../netlink/message.ts';
import type { Writer } from '../netlink/writer.ts';
import { GENL_NAME, GENL_VERSION } from './constants.ts';
import { explained, type Query } from './errors.ts';
import { COMMAND, COMMAND_WITHOUT_COUNTERS, type CommandValues } from './layout.ts';
import { encodeQuery, type Request } from './requests.ts';

export interface ListingOptions {
  /** `false` leaves the counters out, so that all are zero: they take most of the time of reading a large table. */
  readonly counters?: boolean;
}

/** Where attributes are. */
type Place = Pick<Message, 'bytes' | 'start' | 'end'>;

/** How requests get to the kernel's IPVS and answers back: a connection, and the number of the family on it. */
export class Channel {
  readonly #connection: Connection;
  readonly #family: number;

  #unknown = 0;
  readonly #onUnknown = () => {
    this.#unknown++;
  };

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

  /** How many attributes the kernel has sent that the layouts do not have. */
  get unknownAttributes(): number {
    return this.#unknown;
  }

  /** Waits for what is under way, and closes the socket. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Sends one request, and shows where the attributes of its answer are, if it has one. */
  ask(request: Request, onAttributes: (at: Place) => void = ignore): Promise<void> {
    return this.#connection.request(
      this.#family,
      (writer) => encodeRequest(writer, request),
      (message) => onAttributes({ bytes: message.bytes, start: attributesStart(message), end: message.end }),
    );
  }

  /** Sends one request, and shows the values of its answer. */
  askValues(request: Request, onValues: (values: CommandValues) => void): Promise<void> {
    return this.ask(request, ({ bytes, start, end }) =>
      onValues(decodeAttributes(COMMAND, bytes, start, end, this.#onUnknown)),
    );
  }

  /** Dumps. */
  list<T>(
    query: Query,
    request: Request,
    read: (values: CommandValues) => T | undefined,
    { counters = true }: ListingOptions = {},
  ): Promise<T[]> {
    const layout = counters ? COMMAND : COMMAND_WITHOUT_COUNTERS;
    return explained(query, () =>
      this.#connection.dump(
        this.#family,
        (writer) => encodeRequest(writer, request),
        (message) =>
          read(
            decodeAttributes(layout, message.bytes, attributesStart(message), message.end, this.#onUnknown),
          ),
      ),
    );
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
