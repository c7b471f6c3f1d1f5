import { diskLevels } from '../shared/runtime.ts';

/** What an edge says of itself, as far as a change of its program is judged by it. */
export type Stand = Readonly<{
  nowMs: number;
  central: { atMs: number } | null;
  unsent: number;
  lines: readonly Line[];
  disk?: { level: (typeof diskLevels)[number] };
  program?: { release: string };
}>;
type Line = Readonly<{
  line: string;
  failure: string | null;
  epoch: number;
  head: number;
  kept: number;
  hash: string;
  runs: readonly unknown[];
  way: { state: string; detail?: string };
  /** By what its facts are stated, as the line itself says; absent of an older edge. */
  software?: Said | null;
}>;
type Said = Readonly<{ isCurrent: boolean; epoch: number | null; sequence: number | null }>;

/** What speaks against an edge: for good, or as long as it is not over. */
export type Verdict = Readonly<{ broken: readonly string[]; waiting: readonly string[] }>;

/** Central is asked every few seconds; an older word of it proves nothing, ms. */
const silentMs = 30_000;

/**
 * How an edge stands after a change, `now`, against how it stood before it, `then`. `first` is how
 * it stood when the watch began: what was stated by then must reach the ledger.
 *
 * Nothing broken and nothing waiting means: every line was rebuilt from its facts with the same
 * fingerprints and the same chain, central answers over the whole way, the ledger holds what every
 * line had stated, with the fact that says which software goes on, and no more waits than before.
 */
export function judge(then: Stand, first: Stand, now: Stand, release?: string): Verdict {
  const broken: string[] = [];
  const waiting: string[] = [];
  const known = new Map(now.lines.map((line) => [line.line, line]));
  for (const before of then.lines) {
    const line = known.get(before.line);
    if (!line) broken.push(`${before.line}: is gone`);
    else {
      judgeLine(before, line, broken);
      waiting.push(...unspoken(line, now.program?.release));
    }
  }
  waiting.push(...behind(first, now));
  if (release !== undefined && now.program?.release !== release) {
    broken.push(`release ${now.program?.release} runs, and not ${release}`);
  }
  const [levelThen, levelNow] = [then, now].map(({ disk }) =>
    diskLevels.indexOf(disk?.level ?? 'ok'),
  );
  if (levelNow! > levelThen!) waiting.push(`disk: ${now.disk?.level}, was ${then.disk?.level}`);
  if (now.central === null || now.nowMs - now.central.atMs > silentMs) {
    waiting.push('central: has not spoken');
  }
  const more = now.unsent - Math.max(then.unsent, first.unsent);
  if (more > unsentMore) waiting.push(`${now.unsent} facts wait, ${more} more than before`);
  return { broken, waiting };
}

/** A line that sends, or has sent all. */
const goesOn = ({ way }: Line): boolean => way.state === 'up' || way.state === 'draining';
const cutOff = ({ line, way }: Line): string => `${line}: its way is ${way.detail ?? way.state}`;

/** What every line had stated at `then` and the ledger does not hold `now`, and why. */
export function behind(then: Stand, now: Stand): string[] {
  const known = new Map(now.lines.map((line) => [line.line, line]));
  return then.lines.flatMap(({ line: path, head }) => {
    const line = known.get(path);
    if (!line) return [];
    if (!goesOn(line)) return [cutOff(line)];
    return line.kept >= head ? [] : [`${path}: the ledger holds ${line.kept} of ${head} facts`];
  });
}

/** What is missing of the fact by which a line says what goes on: itself, or central's word. */
function unspoken({ line, software, epoch, kept }: Line, release = 'of now'): string[] {
  if (software === undefined) return [];
  const what = `that release ${release} goes on`;
  if (!software?.isCurrent) return [`${line}: has not stated yet ${what}`];
  const isKept = software.sequence === null || software.epoch !== epoch;
  if (isKept || kept >= software.sequence) return [];
  return [`${line}: the ledger holds ${kept} of ${software.sequence} facts, and not ${what}`];
}

/** Facts on their way are no backlog. */
const unsentMore = 1_000;

function judgeLine(before: Line, line: Line, broken: string[]): void {
  const say = (what: string) => broken.push(`${line.line}: ${what}`);
  if (line.failure !== null) say(line.failure);
  else if (line.epoch !== before.epoch) say(`is in epoch ${line.epoch}, was in ${before.epoch}`);
  else if (line.head < before.head) say(`has ${line.head} facts, had ${before.head}`);
  else if (line.head === before.head && line.hash !== before.hash) say('has another chain');
}

/** What speaks against changing the program now. */
export function hindrances({ lines, central }: Stand, isIdle: boolean): string[] {
  const found = lines.flatMap((line) => {
    if (line.failure !== null) return [`${line.line}: ${line.failure}`];
    if (!goesOn(line)) return [cutOff(line)];
    return isIdle && line.runs.length > 0 ? [`${line.line}: is at work`] : [];
  });
  return central === null ? [...found, 'central: has not spoken'] : found;
}
