import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A span as a collector gets it, its attributes as plain values. */
export type Collected = {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number | boolean>;
  status?: { code: number; message: string };
  links?: { traceId: string; spanId: string }[];
};

type Value = { stringValue?: string; intValue?: string; doubleValue?: number; boolValue?: boolean };
type Pair = { key: string; value: Value };
const plain = (pairs: Pair[]) =>
  Object.fromEntries(
    pairs.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue!) : Number(intValue)),
    ]),
  );

/** Reads an OTLP/HTTP request of traces as JSON. */
export function spansOf(text: string): Collected[] {
  const { resourceSpans } = JSON.parse(text);
  return resourceSpans.flatMap(
    ({ resource, scopeSpans }: { resource: { attributes: Pair[] }; scopeSpans: never[] }) =>
      scopeSpans.flatMap(({ spans }: { spans: Record<string, unknown>[] }) =>
        spans.map((span) => ({
          ...span,
          service: plain(resource.attributes)['service.name'],
          attributes: plain(span['attributes'] as Pair[]),
          startMs: Number(BigInt(span['startTimeUnixNano'] as string) / 1_000_000n),
          endMs: Number(BigInt(span['endTimeUnixNano'] as string) / 1_000_000n),
        })),
      ),
  );
}

export type Answered = { status: number; body?: string };

/** A collector of traces in this process; it answers with what `answer` says. */
export async function startCollector(answer: () => Answered = () => ({ status: 200 })) {
  const spans: Collected[] = [];
  const requests: { headers: Record<string, unknown>; text: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { status, body = '{}' } = answer();
      requests.push({ headers: request.headers, text });
      if (status === 200) spans.push(...spansOf(text));
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1/traces`, spans, requests, close };
}
