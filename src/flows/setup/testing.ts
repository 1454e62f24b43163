import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type FakeFile = Readonly<{ bytes: Buffer; tag?: string }>;

/** A file server for tests: ranges, entity tags, connections that break, busy answers, a token. */
export async function fakeSource(files: Map<string, FakeFile>, token?: string) {
  const log: { path: string; range?: string; status: number; authorised: boolean }[] = [];
  const plan = { breakAfter: undefined as number | undefined, busy: 0 };
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const name = decodeURIComponent(url.pathname + url.search);
    const range = request.headers.range;
    const authorised = token === undefined || request.headers.authorization === `Bearer ${token}`;
    const end = (status: number, body?: Buffer, headers: Record<string, string> = {}) => {
      log.push({ path: name, ...(range && { range }), status, authorised });
      response.writeHead(status, headers);
      response.end(body);
    };
    if (plan.busy > 0) {
      plan.busy--;
      return end(503);
    }
    if (!authorised) return end(401);
    const found = files.get(name) ?? files.get(decodeURIComponent(url.pathname));
    if (!found) return end(404);
    const { bytes, tag = '"v1"' } = found;
    const from =
      range && (request.headers["if-range"] ?? tag) === tag ? Number(/bytes=(\d+)-/.exec(range)?.[1]) : 0;
    if (range && from >= bytes.length && from > 0) return end(416);
    const part = bytes.subarray(from);
    const headers = { etag: tag, "content-length": String(part.length) };
    if (plan.breakAfter !== undefined && part.length > plan.breakAfter) {
      log.push({ path: name, ...(range && { range }), status: 0, authorised });
      response.writeHead(from > 0 ? 206 : 200, headers);
      breakOff(response, part.subarray(0, plan.breakAfter));
      plan.breakAfter = undefined;
      return;
    }
    end(from > 0 ? 206 : 200, part, headers);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    plan,
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}

function breakOff(response: ServerResponse, bytes: Buffer): void {
  // An orderly end of the connection: what was sent arrives, the rest is missing.
  response.write(bytes, () => response.socket?.end());
}
