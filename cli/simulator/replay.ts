import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Press } from './press.ts';

/** What a controller of MTConnect says that it does, as a state of PackML by its number. */
const states: Readonly<Record<string, number>> = {
  READY: 4,
  ACTIVE: 6,
  INTERRUPTED: 11,
  STOPPED: 2,
  PROGRAM_COMPLETED: 17,
};

/** A moment of a recording: what the machine said then. */
export type Moment = Readonly<{ state?: number | undefined; parts?: number | undefined }>;

/** A recording in SHDR, "time|item|value|item|value …": a line a moment, in the file's order. */
export const readRecording = (text: string): Moment[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, ...words] = line.split('|');
      const said = new Map<string, string>();
      for (let at = 0; at + 1 < words.length; at += 2) said.set(words[at]!, words[at + 1]!);
      const parts = said.get('ppartcount');
      return {
        state: states[said.get('pexecution') ?? ''],
        parts: parts === undefined || !/^\d{1,9}$/.test(parts) ? undefined : Number(parts),
      };
    });

/** The recording that is shipped: okuma.shdr, see okuma.md. */
export const okuma = (): Moment[] =>
  readRecording(readFileSync(join(import.meta.dirname, 'okuma.shdr'), 'utf8'));

/** Lets a machine say what was recorded at one moment; a counter that falls began anew. */
export function play(press: Press, { state, parts }: Moment): void {
  if (state !== undefined) press.set({ state });
  if (parts === undefined) return;
  const { good, scrap } = press.shown();
  if (parts < good) press.reset(0, scrap);
  press.make(parts - press.shown().good);
}
