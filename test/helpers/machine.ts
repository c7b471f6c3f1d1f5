import { readMapping } from '../../edge/machine/mapping.ts';
import type { Hearing, Memory } from '../../edge/machine/memory.ts';
import type { Plain, Sample } from '../../edge/machine/sample.ts';
import { m01 } from './shop.ts';

/** A mapping of one line with a generic machine that tells good and scrap, a state and a mode. */
export const mappingText = (more: string = '', line: string = m01): string => `
version: 1
line: ${line}
endpoint: { url: "opc.tcp://127.0.0.1:4840" }
session: { bookMs: 100 }
namespaces: { m: "http://example.org/press/" }
units:
  press:
    profile: generic
    counters:
      good: { at: "m;s=Good", counts: good, maxPerSec: 20, slack: 20 }
      scrap: { at: "m;s=Scrap", counts: scrap, maxPerSec: 5 }
    state: { at: "m;s=State", map: { "1": execute, "2": stopped, "3": complete } }
    mode: { at: "m;s=Mode" }
    stopReason: { at: "m;s=Reason" }
    reasons: { "7": film torn }
    debounceMs: 200
    levels:
      temp: { at: "m;s=Temp", low: 10, high: 80, hysteresis: 5, raise: zone, hold: operation }
${more}`;

export const press = (more?: string) => readMapping(mappingText(more), 'mapping');
export const unitOf = (more?: string) => press(more).units.get('press')!;

/** A sample of the press; source and receipt at `atMs`. */
export const told = (
  tag: string,
  value: Plain,
  atMs: number,
  about: Partial<Sample> = {},
): Sample => ({
  ...{ unit: 'press', tag, value, status: 0, epoch: 'A' },
  ...{ sourceMs: atMs, serverMs: atMs, receivedMs: atMs },
  ...about,
});

export type Known = { memory: Memory; hearing: Hearing };
