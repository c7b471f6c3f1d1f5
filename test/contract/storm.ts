import { expect } from 'vitest';
import type { Posting } from '../../central/erp/erp.ts';
import { random, seeds } from '../helpers/random.ts';
import type { Answer, Bench, Booked, Connector, Trouble } from './bench.ts';
import { declare, expectBooked, lookedUp, send } from './watch.ts';

const postingsCount = 6;
/** After so many attempts at one posting the weather is fair. */
const stormMax = 4;
const attemptsMax = 12;

type Weather = Trouble | Answer | undefined;
const answered = (status: number, committed: boolean): Answer => ({ status, text: '', committed });
const weathers: readonly Weather[] = [
  ...([undefined, 'cut', 'lost', 'lost', 'torn', 'truncated', 'bare', 'locked'] as const),
  ...[answered(429, false), answered(502, true), answered(503, false), answered(204, true)],
];

/** Carried as the poster does it, a posting is in the books once, whatever happens on the way. */
export function stormTests(connector: Connector): void {
  const may = declare(connector);
  const can = weathers.filter((weather) => {
    const ability = typeof weather === 'object' ? 'answer' : weather;
    return ability === undefined || connector.cannot[ability] === undefined;
  });
  for (const seed of seeds(2)) {
    may(
      `E2: carried through whatever happens, each is one document (SEED=${seed})`,
      ['confirmation', 'goodsIssue', 'lookup'],
      async (bench) => {
        const dice = random(seed);
        for (let at = 0; at < postingsCount; at++) {
          const kind = dice.chance(0.5) ? 'confirmation' : 'goodsIssue';
          const posting = await bench.posting(kind, `${at}`);
          const before: readonly Booked[] = await bench.books();
          const weather = (): Weather => can[dice.below(can.length)];
          const document = await carry(bench, posting, weather);
          await expectBooked(bench, before, posting, { document, ...connector });
        }
        expect(await bench.books()).toHaveLength(postingsCount);
      },
    );
  }
}

/** Sends, waits, looks up and sends again until it is there; its number. */
async function carry(bench: Bench, posting: Posting, weather: () => Weather): Promise<string> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const next = attempt > stormMax ? undefined : weather();
    if (next === undefined) await bench.heal();
    else await bench.befall(next);
    const outcome = await send(bench, posting);
    if (outcome.kind === 'posted') return outcome.document;
    expect(['busy', 'unknown']).toContain(outcome.kind);
    if (outcome.kind === 'busy') continue;
    const found = await lookedUp(bench, posting);
    if (!Array.isArray(found)) throw new Error(`looked up: ${JSON.stringify(found)}`);
    expect(found.length).toBeLessThanOrEqual(1);
    if (found.length === 1) return found[0] as string;
  }
  throw new Error(`not posted in ${attemptsMax} attempts`);
}
