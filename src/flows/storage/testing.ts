import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A small S3 store in memory for tests: PUT, GET, HEAD, LIST in pages of two, multipart uploads. */
export async function fakeS3(bucket: string) {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const seen: string[] = [];
  let failures = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    seen.push(`${request.method} ${request.headers.authorization ?? ""}`);
    const answer = (status: number, body: string | Buffer = "", headers: Record<string, string> = {}) => {
      response.writeHead(status, headers);
      response.end(request.method === "HEAD" ? undefined : body);
    };
    const body = await bodyOf(request);
    if (failures > 0) {
      failures--;
      return answer(503, "<Error><Code>SlowDown</Code></Error>");
    }
    if (!request.headers.authorization?.includes("Credential=key/"))
      return answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    const [, inBucket, ...rest] = url.pathname.split("/").map(decodeURIComponent);
    if (inBucket !== bucket) return answer(404, "<Error><Code>NoSuchBucket</Code></Error>");
    const key = rest.join("/");
    const upload = url.searchParams.get("uploadId");
    if (url.searchParams.has("list-type")) {
      const keys = [...objects.keys()]
        .filter((k) => k.startsWith(url.searchParams.get("prefix") ?? ""))
        .sort();
      const from = Number(url.searchParams.get("continuation-token") ?? 0);
      const items = keys
        .slice(from, from + 2)
        .map(
          (k) =>
            `<Contents><Key>${encodeURIComponent(k).replaceAll("%2F", "/")}</Key><Size>${objects.get(k)?.length}</Size></Contents>`,
        );
      const more = from + 2 < keys.length;
      return answer(
        200,
        `<ListBucketResult><IsTruncated>${more}</IsTruncated>${items.join("")}${more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : ""}</ListBucketResult>`,
      );
    }
    if (request.method === "POST" && url.searchParams.has("uploads")) {
      uploads.set("u1", []);
      return answer(200, "<R><UploadId>u1</UploadId></R>");
    }
    if (request.method === "PUT" && upload) {
      uploads.get(upload)![Number(url.searchParams.get("partNumber")) - 1] = body;
      return answer(200, "", { etag: `"${body.length}"` });
    }
    if (request.method === "POST" && upload) {
      objects.set(key, Buffer.concat(uploads.get(upload)!));
      return answer(200, "<R></R>");
    }
    if (request.method === "PUT") {
      objects.set(key, body);
      return answer(200);
    }
    const found = objects.get(key);
    return found ? answer(200, found) : answer(404, "<Error><Code>NoSuchKey</Code></Error>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    seen,
    failNext: (n: number) => {
      failures = n;
    },
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
