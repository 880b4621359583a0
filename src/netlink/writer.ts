/**
 * Bytes in the making: a buffer that grows, and is reused from one message to the next. Numbers are little-endian,
 * the host order of every machine that the transport is built for, unless the method says otherwise.
 */
export class Writer {
  #buffer: Buffer;
  #view: DataView;
  #length = 0;

  constructor(capacity = 4096) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#buffer.buffer);
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
    this.#view.setUint16(at, value, true);
  }

  /** In network byte order. */
  u16be(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value, true);
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

  /** Four bytes that were written before. */
  getU32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** Overwrites two bytes that were written before. */
  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  /** Overwrites four bytes that were written before. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
