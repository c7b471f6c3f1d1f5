// What a scanned code is, by the edge.
import { live } from './live.js';
import { call } from './session.js';

/** What the edge makes of a code; undefined if it does not answer. */
export async function readCode(code) {
  const line = live.word?.line;
  const query = new URLSearchParams({ code, ...(typeof line === 'string' && { line }) });
  try {
    const { status, body } = await call('GET', `/v1/scan?${query}`);
    return status === 200 && body ? body : undefined;
  } catch {
    return undefined;
  }
}
