import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import { invalid } from '../shared/field.ts';
import { readSecret } from '../shared/secret.ts';
import { urlIn } from './central.ts';
import { jsonHeaders, read } from './drive.ts';
import { type Look, type Report, reportText, sumUp } from './outage.ts';

export const usage = `holdfast drill uplink --edge URL --central URL --for 2h --reason TEXT

Cuts the uplink of an edge for a time, watches how it works on alone, waits until all is at central
again, and writes down what was seen. The edge itself ends the cut when the time is over, whatever
becomes of this program; a restart of the edge ends it too. Cut and restored are facts.

  --edge URL        a running edge, on the box itself or where people are known
  --central URL     its central, whose ledger is asked before and after
  --for TIME        how long: 90s, 30m, 2h; at most 24h
  --at TIME         when it begins, e.g. 2026-11-30T22:00:00+01:00; at once if absent
  --reason TEXT     why, for whoever reads it later
  --by NAME         who asks, where the edge knows nobody; person:drill if absent
  --token-path FILE file with a token that may speak for system:drill, where the edge knows people
  --within TIME     how long it may take until all is at central again; 1h if absent
  --report FILE     writes the report as JSON too

Exit code 0: nothing was lost. 1: something is missing or late; the report says what. 2: it could
not be done.
`;

const options = {
  edge: { type: 'string' },
  central: { type: 'string' },
  for: { type: 'string' },
  at: { type: 'string' },
  reason: { type: 'string' },
  by: { type: 'string', default: 'person:drill' },
  'token-path': { type: 'string' },
  within: { type: 'string', default: '1h' },
  report: { type: 'string' },
} as const;

/** Longest outage and longest wait, s; longest time until it begins, ms. */
const secondsMax = 86_400;
const aheadMaxMs = 31 * 86_400_000;
/** Between two looks, ms; a short drill is looked at twenty times. */
const lookMaxMs = 5_000;
const looksMin = 20;
/** The whole report keeps so many looks at most. */
const looksMax = 2_000;
const requestMaxMs = 15_000;

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };
/** Seconds in "90s", "30m" or "2h". Throws Fault INVALID that names the option. */
export function secondsIn(given: string | undefined, option: string): number {
  const [, count, unit] = /^(\d{1,5})([smh])$/.exec(given ?? '') ?? [];
  const seconds = Number(count) * (units[unit ?? ''] ?? Number.NaN);
  if (seconds >= 1 && seconds <= secondsMax) return seconds;
  throw invalid(option, 'must be a time like 90s, 30m or 2h, at most 24h');
}

/** Unix ms of an agreed time. Throws Fault INVALID for one that is over, or a month away. */
export function timeIn(given: string | undefined, nowMs: number): number {
  if (given === undefined) return nowMs;
  const atMs = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(given)
    ? Date.parse(given)
    : Number.NaN;
  if (atMs >= nowMs - 60_000 && atMs <= nowMs + aheadMaxMs) return atMs;
  throw invalid(
    '--at',
    'must be a time with its zone, like 2026-11-30T22:00:00+01:00, within a month',
  );
}

type Ways = Readonly<{ edge: string; central: string; token: string | undefined }>;

async function look({ edge, central }: Ways): Promise<Look> {
  const atMs = Date.now();
  const [own, ledger] = await Promise.allSettled([
    read<Look['edge'] & object>(edge, '/v1/status'),
    read<Look['central'] & object>(central, '/v1/status'),
  ]);
  const told = <T>(result: PromiseSettledResult<T>): T | null =>
    result.status === 'fulfilled' ? result.value : null;
  return { atMs, edge: told(own), central: told(ledger) };
}

/** Asks the edge to cut its uplink. Throws Fault INVALID with its words where it does not. */
async function cut({ edge, token }: Ways, asked: object): Promise<void> {
  const response = await fetch(new URL('/v1/drill', edge), {
    ...{ method: 'POST', headers: jsonHeaders(token), body: JSON.stringify(asked) },
    signal: AbortSignal.timeout(requestMaxMs),
  }).catch((cause: Error) => {
    throw new Fault('UNREACHABLE', `edge: ${edge}: ${cause.message}`, { cause });
  });
  const { message } = (await response.json()) as { message?: string };
  if (!response.ok) throw new Fault('INVALID', `edge: ${message ?? `HTTP ${response.status}`}`);
}

type Asked = Readonly<{ forS: number; withinS: number; reason: string; by: string }>;

/** Cuts, watches, and waits until all is at central again, or until it is too late. */
async function drill(ways: Ways, { forS, withinS, reason, by }: Asked): Promise<Report> {
  const { monotonicMs } = systemClock;
  const before = await look(ways);
  if (!before.edge || !before.central) {
    const who = before.edge ? `central: ${ways.central}` : `edge: ${ways.edge}`;
    throw new Fault('UNREACHABLE', `${who} does not answer: nothing was cut`);
  }
  const own = ways.token === undefined ? { by } : {};
  await cut(ways, { forS, reason, ...own });
  const cutMs = monotonicMs();
  const pauseMs = Math.min(lookMaxMs, (forS * 1_000) / looksMin);
  const looks = [before];
  const isOver = ({ edge }: Look) => edge !== null && edge.drill === null;
  for (let restoredMs: number | undefined; ; ) {
    await sleep(pauseMs);
    const now = await look(ways);
    looks.push(now);
    if (looks.length > looksMax) looks.splice(1, 1 + Math.floor(looksMax / 2), looks[1]!);
    if (restoredMs === undefined && isOver(now)) restoredMs = monotonicMs();
    const report = sumUp(looks, { forS, reason, by });
    if (restoredMs !== undefined && report.missing.length === 0) return report;
    const endMs = (restoredMs ?? cutMs + forS * 1_000) + withinS * 1_000;
    if (monotonicMs() > endMs) return report;
  }
}

/** Exit code where it could not be done. */
export const failed = 2;

/** The command line; resolves with the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (positionals.join(' ') !== 'uplink') throw invalid('drill', 'must be "uplink"');
  const { reason, by, report: file, 'token-path': tokenPath } = values;
  const forS = secondsIn(values.for, '--for');
  const withinS = secondsIn(values.within, '--within');
  const ways = {
    edge: urlIn(values.edge, '--edge'),
    central: urlIn(values.central, '--central'),
    token: tokenPath === undefined ? undefined : readSecret(tokenPath, '--token-path'),
  };
  if (reason === undefined || reason.trim() === '') throw invalid('--reason', 'must be given');
  const atMs = timeIn(values.at, Date.now());
  for (let leftMs = atMs - Date.now(); leftMs > 0; leftMs = atMs - Date.now()) {
    await sleep(Math.min(leftMs, 60_000));
  }
  const report = await drill(ways, { forS, withinS, reason, by });
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(reportText(report));
  return report.missing.length === 0 ? 0 : 1;
}
