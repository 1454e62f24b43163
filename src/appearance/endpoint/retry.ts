import { setTimeout as sleep } from "node:timers/promises";
import { ReflowError } from "../../kit/errors.js";
import type { RetryAfter } from "./answer.js";

/** What may be gone at the next try. */
const PASSING: ReadonlySet<string> = new Set([
  "endpoint_answer_blank",
  "endpoint_answer_invalid",
  "endpoint_answer_size",
  "endpoint_busy",
  "endpoint_cut_off",
  "endpoint_failed",
  "endpoint_timeout",
  "endpoint_unreachable",
]);

/** What no other picture will change: the work stops there. */
const FINAL: ReadonlySet<string> = new Set([
  "endpoint_model_missing",
  "endpoint_not_found",
  "endpoint_redirect",
  "endpoint_unauthorized",
  "endpoint_unreachable",
]);

/** Longest wait between two tries, seconds. */
const LONGEST = 240;

export function isFinal(error: unknown): boolean {
  return error instanceof ReflowError && FINAL.has(error.code);
}

/**
 * Calls `work` until it succeeds, at most `1 + retries` times, and waits `backoff`, twice that, … seconds between,
 * or as long as the server asks for, 240 s at most.
 * Only errors that may pass are tried again; the last one is thrown.
 */
export async function withRetries<T>(
  work: (attempt: number) => Promise<T>,
  o: Readonly<{ retries: number; backoff: number; signal?: AbortSignal }>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const passes = error instanceof ReflowError && PASSING.has(error.code);
      if (!passes || attempt >= o.retries) throw error;
      const wait = Math.min(LONGEST, Math.max(o.backoff * 2 ** attempt, asked(error)));
      await sleep(wait * 1000, undefined, o.signal ? { signal: o.signal } : {});
    }
  }
}

/** Seconds that the server asks to wait; 0 when it does not say. */
function asked(error: ReflowError): number {
  return (error.cause as Partial<RetryAfter> | undefined)?.retryAfter ?? 0;
}
