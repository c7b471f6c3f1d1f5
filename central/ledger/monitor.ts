import { once } from 'node:events';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecured } from 'node:https';

const timeoutMs = 5_000;
/** More than a server tells of itself at /varz, bytes. */
const bytesMax = 1_048_576;

/**
 * What a server's monitoring answers, as JSON; by TLS it is believed if `ca` signed for it, or the
 * authorities that Node.js comes with where there is none. Throws what Node.js does, within 5 s,
 * and for an answer of more than 1 MiB.
 */
export async function askMonitor(url: URL, ca: string | undefined): Promise<unknown> {
  const get = url.protocol === 'https:' ? getSecured : getPlain;
  const signal = AbortSignal.timeout(timeoutMs);
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
