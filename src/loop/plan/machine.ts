import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { loadOrt, type OrtBuild } from "../../kit/index.js";

/** What the checks ask of the machine: a value of its own, so that a test can be on a small or broken one. */
export type Machine = Readonly<{
  /** Cores this process may use. */
  cores: number;
  /** Memory of the machine, or of the container where that is less, in bytes. */
  memory: number;
  /** Bytes that this user may still write below a folder. Throws as the file system does. */
  freeBytes: (folder: string) => Promise<number>;
  /** Throws unless files can be made in the folder. */
  writable: (folder: string) => Promise<void>;
  /** Loads ONNX Runtime; throws `onnxruntime_missing`. */
  runtime: () => Promise<OrtBuild>;
}>;

export function thisMachine(): Machine {
  const limit = process.constrainedMemory?.() ?? 0;
  return {
    cores: availableParallelism(),
    // Without a limit Node reports none, or a number far beyond the machine.
    memory: limit > 0 && limit < totalmem() ? limit : totalmem(),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    writable: (folder) => access(folder, constants.W_OK),
    runtime: async () => (await loadOrt()).build,
  };
}
