/** Time as work sees it; tests have one that does not wait. */
export interface Clock {
  /** Milliseconds since some moment; never goes back, whatever is done to the time of day. */
  now(): number;
  /** Waits, in milliseconds; an abort ends it early, without an error. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
