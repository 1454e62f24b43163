/** One file under a storage root. `path` is relative, with `/`. */
export type Entry = Readonly<{ path: string; size: number }>;

/**
 * A storage root (dig 1.2): the same four things on a folder and on an S3 bucket. Paths are relative and stay inside.
 * Errors: `storage_missing`, `storage_denied`, `storage_unreachable`, `file_missing`.
 */
export type Storage = Readonly<{
  /** As it was named. */
  root: string;
  /** The folder itself, where the root is one. */
  folder?: string;
  /** All files below a path, sorted; none when it does not exist. */
  list(below: string, signal?: AbortSignal): Promise<readonly Entry[]>;
  /** True for a file, and for a path with files below it. */
  exists(path: string): Promise<boolean>;
  read(path: string): Promise<Buffer>;
  write(path: string, data: string | Uint8Array): Promise<void>;
  /** Copies a local file to the root. */
  put(path: string, file: string, signal?: AbortSignal): Promise<void>;
}>;

/** Keys of an S3 store; the caller takes them from where it may, this folder reads no environment. */
export type S3Access = Readonly<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  region?: string;
  /** A store other than AWS: its URL, with the bucket as the first path element. */
  endpoint?: string;
}>;
