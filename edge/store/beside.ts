import { readContent } from '../../shared/codec.ts';
import type { Value } from './records.ts';

export const isBytes = (value: Value | undefined, length?: number): boolean =>
  Buffer.isBuffer(value) && (length === undefined || value.length === length);

/**
 * What a row says beside its fact: no link proves it, so the fact's own word on its command is
 * taken, and what cannot be right is left out.
 */
export function besides([
  ,
  ,
  ,
  ,
  bytes,
  ,
  command = null,
  asked,
  state,
]: readonly Value[]): Value[] {
  const known = command === null ? null : (readContent(bytes as Buffer)?.commandId ?? null);
  return [known, isBytes(asked) ? asked! : null, isBytes(state, 8) ? state! : null];
}
