/** How often, within the timeout, to look whether something was heard. */
const LOOKS = 4;

/**
 * Notices when nothing has been heard for a time while something is waited for. It looks now and then: setting a timer
 * for each exchange would cost a system call each. It never keeps the process alive: the socket does, while something is
 * under way.
 */
export class Watchdog<T extends object> {
  readonly #timeout: number;
  readonly #waitingFor: () => T | undefined;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Changes whenever something is sent or heard. */
  #heard = 0;

  /** `waitingFor` gives what is waited for now, if anything is; `timeout` is in milliseconds. */
  constructor(timeout: number, waitingFor: () => T | undefined, onSilence: () => void) {
    this.#timeout = timeout;
    this.#waitingFor = waitingFor;
    this.#onSilence = onSilence;
  }

  hear(): void {
    this.#heard++;
  }

  /** To be called when an answer did not come at once. */
  watch(): void {
    if (this.#timer) return;
    let heard = this.#heard;
    let silent = 0;
    this.#timer = setInterval(() => {
      if (!this.#waitingFor()) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      } else if (heard !== this.#heard) {
        heard = this.#heard;
        silent = 0;
      } else if (++silent >= LOOKS) {
        silent = 0;
        this.#suspect(this.#waitingFor());
      }
    }, this.#timeout / LOOKS).unref();
  }

  /** The process may have been held up, with the answer already there: it is let in before giving up. */
  #suspect(waitedFor: T | undefined): void {
    setTimeout(() => {
      if (this.#waitingFor() === waitedFor) this.#onSilence();
    }, 1);
  }
}
