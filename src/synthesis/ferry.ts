import { type ErrorKind, type Place, ReflowError } from "../kit/errors.js";

/** What a worker sends back: its results, or the error that a person can act on (classes do not cross threads). */
export type Ferried<T> = Readonly<
  | { results: T[] }
  | { error: Readonly<{ kind: ErrorKind; code: string; message: string; hint: string; where?: Place }> }
>;

export async function ferry<T>(work: () => Promise<T[]>): Promise<Ferried<T>> {
  try {
    return { results: await work() };
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const { kind, code, message, hint, where } = error;
    return { error: { kind, code, message, hint, ...(where ? { where } : {}) } };
  }
}

export function landed<T>(crossed: Ferried<T>): T[] {
  if ("results" in crossed) return crossed.results;
  const { kind, code, message, hint, where } = crossed.error;
  throw new ReflowError(kind, code, message, hint, where ? { where } : {});
}
