import { once } from 'node:events';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecured } from 'node:https';

type Limits = Readonly<{
  /** By TLS the server is believed if this signed for it; else the authorities of Node.js. */
  ca?: string | undefined;
  /** Longest that the whole answer may take, ms, and most that it may be. */
  answerMs: number;
  bytesMax: number;
}>;

/** What a nats-server's monitoring answers, as JSON. Throws what Node.js does, and at a limit. */
export async function askMonitor(url: URL, { ca, answerMs, bytesMax }: Limits): Promise<unknown> {
  const get = url.protocol === 'https:' ? getSecured : getPlain;
  const signal = AbortSignal.timeout(answerMs);
  const request = get(url, { signal, agent: false, ...(ca === undefined ? {} : { ca }) });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > bytesMax) throw new Error(`more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString());
}
