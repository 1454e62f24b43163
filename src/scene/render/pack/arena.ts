import { ReflowError } from "../../../kit/errors.js";
import { FIRST_FREE } from "../layout.js";

const PAGE = 65536;
const ALIGNMENT = 128;
/** The tracer addresses its memory with 32 bits; a little is kept back. */
const MOST_BYTES = 4 * 2 ** 30 - 16 * 2 ** 20;

/**
 * The tracer's memory, shared by all workers: a fixed part, taken once, and a part behind `mark()` that each frame
 * takes anew. Addresses stay valid when the memory grows; views do not, so ask for them when needed.
 */
export type Arena = Readonly<{
  memory: WebAssembly.Memory;
  /** Address of so many fresh bytes, aligned to cache lines. The memory grows as needed. */
  take: (bytes: number) => number;
  /** Address of a copy. */
  put: (data: ArrayBufferView) => number;
  /** From now on `release` gives back what is taken. */
  mark: () => void;
  release: () => void;
  bytes: (at: number, length: number) => Uint8Array;
  floats: (at: number, length: number) => Float32Array;
  doubles: (at: number, length: number) => Float64Array;
  ints: (at: number, length: number) => Int32Array;
}>;

/** Throws `scene_too_large` when a scene or picture does not fit. */
export function createArena(expectedBytes: number): Arena {
  const memory = createMemory(Math.ceil((FIRST_FREE + expectedBytes) / PAGE));
  let next = FIRST_FREE;
  let kept = FIRST_FREE;
  const take = (bytes: number): number => {
    const at = next;
    next += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const missing = next - memory.buffer.byteLength;
    if (missing > 0) {
      if (next > MOST_BYTES) throw tooLarge(next);
      try {
        memory.grow(Math.ceil(missing / PAGE));
      } catch {
        throw tooLarge(next);
      }
    }
    return at;
  };
  const bytes = (at: number, length: number): Uint8Array => new Uint8Array(memory.buffer, at, length);
  return {
    memory,
    take,
    put: (data) => {
      const at = take(data.byteLength);
      bytes(at, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return at;
    },
    mark: () => {
      kept = next;
    },
    release: () => {
      next = kept;
    },
    bytes,
    floats: (at, length) => new Float32Array(memory.buffer, at, length),
    doubles: (at, length) => new Float64Array(memory.buffer, at, length),
    ints: (at, length) => new Int32Array(memory.buffer, at, length),
  };
}

function createMemory(pages: number): WebAssembly.Memory {
  if (pages * PAGE > MOST_BYTES) throw tooLarge(pages * PAGE);
  // A machine with little address space may refuse to reserve the most the tracer can address.
  for (const maximum of [65536, 32768, 16384]) {
    if (maximum < pages) break;
    try {
      return new WebAssembly.Memory({ initial: pages, maximum, shared: true });
    } catch {}
  }
  throw tooLarge(pages * PAGE);
}

function tooLarge(bytes: number): ReflowError {
  return new ReflowError(
    "data",
    "scene_too_large",
    `the scene and its picture need ${Math.ceil(bytes / 2 ** 20)} MiB of renderer memory, more than there is`,
    "Use smaller textures, fewer triangles (share meshes between instances) or a smaller picture.",
  );
}
