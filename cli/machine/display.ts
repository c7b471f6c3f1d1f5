import { StatusCodes, type UAVariable, type Variant } from 'node-opcua';
import type { qualities } from './acts.ts';

type Quality = (typeof qualities)[number];
type Value = { variant: Variant; at: Date };
type Shown = { variable: UAVariable; read: () => Variant; told: Value[]; repeats: boolean };

/** Values of a variable that are remembered, to be told again. */
const rememberMax = 51;
export type Display = ReturnType<typeof makeDisplay>;

/** What of a machine a client sees: each variable, and where its value comes from. */
export function makeDisplay() {
  const all: Shown[] = [];
  let quality: Quality = 'Good';
  let shiftMs = 0;

  const tell = ({ variable }: Shown, { variant, at }: Value): void =>
    variable.setValueFromSource(variant, StatusCodes[quality], at);

  const display = {
    /** `repeats`: told again by `repeat`. */
    show(variable: UAVariable, read: () => Variant, repeats = false): void {
      all.push({ variable, read, told: [], repeats });
    },
    /** Tells what has changed since, as of `atMs`, by Unix ms; of now if absent. */
    refresh(atMs = Date.now()): void {
      const at = new Date(atMs + shiftMs);
      for (const shown of all) {
        const variant = shown.read();
        const before = shown.told.at(-1);
        if (before && isSame(before.variant, variant)) continue;
        const value = { variant, at };
        shown.told.push(value);
        if (shown.told.length > rememberMax) shown.told.shift();
        tell(shown, value);
      }
    },
    /** The last values once more, oldest first, as they were told; ends with those of now. */
    repeat(last: number): void {
      for (const shown of all.filter(({ repeats }) => repeats)) {
        for (const value of shown.told.slice(-last - 1)) tell(shown, value);
      }
    },
    quality(given: Quality): void {
      quality = given;
      const at = new Date(Date.now() + shiftMs);
      for (const shown of all) tell(shown, { variant: shown.read(), at });
    },
    shift(ms: number): void {
      shiftMs = ms;
    },
    /** How it tells: what a new server must be told as well. */
    manner: () => ({ quality, shiftMs }),
    as(manner: { quality: Quality; shiftMs: number }): void {
      ({ quality, shiftMs } = manner);
    },
  };
  return display;
}

const isSame = (one: Variant, other: Variant): boolean =>
  one.value === other.value || JSON.stringify(one.value) === JSON.stringify(other.value);
