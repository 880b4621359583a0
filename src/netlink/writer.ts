/**
 * Bytes in the making: a buffer that grows, and is reused from one message to the next. Numbers are little-endian,
 * the host order of every machine that the transport is built for, unless the method says otherwise.
 */
export class Writer {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 4096) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes written so far: a view, good until the next write or `clear`. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Forgets everything after the first `length` bytes. */
  clear(length = 0): void {
    this.#length = length;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#buffer.writeUInt16LE(value & 0xffff, at);
  }

  /** In network byte order. */
  u16be(value: number): void {
    const at = this.#grow(2);
    this.#buffer.writeUInt16BE(value & 0xffff, at);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#buffer.writeUInt32LE(value >>> 0, at);
  }

  u64(value: bigint): void {
    const at = this.#grow(8);
    this.#buffer.writeBigUInt64LE(value, at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#buffer.set(value, at);
  }

  zeros(count: number): void {
    const at = this.#grow(count);
    for (let index = at; index < at + count; index++) this.#buffer[index] = 0;
  }

  /** UTF-8 text and the NUL that ends it. */
  string(value: string): void {
    const size = Buffer.byteLength(value);
    const at = this.#grow(size + 1);
    this.#buffer.write(value, at);
    this.#buffer[at + size] = 0;
  }

  /** Zeros up to the next multiple of four, where netlink wants headers and attributes to begin. */
  align(): void {
    this.zeros(-this.#length & 3);
  }

  /** Overwrites two bytes that were written before. */
  setU16(at: number, value: number): void {
    this.#buffer.writeUInt16LE(value, at);
  }

  /** Overwrites four bytes that were written before. */
  setU32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value >>> 0, at);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return at;
  }
}
