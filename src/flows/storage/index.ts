/** The storage root of the flows: a folder or an S3 bucket behind the same few functions. */
export { openStorage, s3Access } from "./open.js";
export type * from "./types.js";
