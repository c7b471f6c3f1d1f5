import { backoff, scattered } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import { readFields } from '../../shared/field.ts';
import { parseJson } from '../../shared/json.ts';
import type { Logger } from '../../shared/log.ts';
import { openBell } from '../../shared/loop.ts';
import { type Reference, readReference, referenceAnswer, siteOf } from '../../shared/reference.ts';
import { referenceSubject } from '../../shared/subject.ts';
import type { Intake } from '../line/intake.ts';
import type { Roster } from '../line/roster.ts';
import type { Wall } from '../line/wall.ts';
import type { AskCentral } from '../uplink/history.ts';
import type { References } from './reference.ts';
import { roomMax, type Shelf } from './shelf.ts';

/** A central that does not answer is asked again at first after this time, ms. */
const awayMs = 1_000;
/** Two heartbeats in a row have failed if central was not heard for so long, ms. */
const silenceMs = 12_000;

type Parts = {
  lines: readonly string[];
  roster: Pick<Roster, 'actor'>;
  shelf: Shelf;
  references: References;
  intake: Pick<Intake, 'state'>;
  barred: (line: string) => Fault | undefined;
  wall: Pick<Wall, 'judgedMs'>;
  ask: AskCentral;
  everyMs: number;
  /** What will be active is looked for at least this often, ms: the clock may be set. */
  lookMs: number;
  downMs?: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
};
export type Fetching = ReturnType<typeof openFetching>;

/**
 * Fetches the change sets of the sites of this edge, and makes each active at its time: by
 * central's clock as it was heard last, or by the edge's own while that is in no doubt. What is
 * active stays so, however the clock is set. Each line states it once.
 */
export function openFetching(parts: Parts) {
  const {
    lines,
    roster,
    shelf,
    references,
    intake,
    barred,
    wall,
    ask,
    everyMs,
    lookMs,
    clock,
    log,
  } = parts;
  const { signal } = parts;
  const sites = [...new Set(lines.map(siteOf))];
  const bell = openBell(clock);
  let isAway = false; // central did not answer the last question
  let heardMs: number | undefined; // when central was heard last, by the time that never jumps
  const waits = new Map<string, string>(); // why a site's next set is not here, or not active

  function tellWaiting(site: string, reason: string | undefined): void {
    if (waits.get(site) === reason) return;
    if (reason === undefined) waits.delete(site);
    else waits.set(site, reason);
    if (reason !== undefined) log.error({ site, reason }, 'reference data waits');
  }

  /** Fetches one page; undefined if there is no set behind the one that is held. */
  async function page(site: string, from: number) {
    const line = lines.find((one) => siteOf(one) === site)!;
    const question = JSON.stringify({ after: shelf.newest(site), from });
    const bytes = await ask(referenceSubject(line), question);
    const { set, references: given } = readFields(
      referenceAnswer,
      parseJson(bytes, 'reference'),
      'reference',
    );
    const read = given.map((one, at) => readReference(one, `reference.references[${at}]`));
    return set && { set, read };
  }

  /** Takes the next set as a whole; false if there is none. */
  async function fetchOne(site: string): Promise<boolean> {
    const held: Reference[] = [];
    for (;;) {
      const got = await page(site, held.length);
      if (!got || signal.aborted) return false;
      held.push(...got.read);
      if (held.length < got.set.records && got.read.length > 0) continue;
      shelf.check(site, got.set, held);
      let fits = true;
      const isTaken = intake.state(() => {
        fits = shelf.take(site, got.set, held, clock.nowMs(), references.isOpen);
      });
      const what = `reference: set ${got.set.number} of ${site}`;
      if (!isTaken) throw new Fault('FULL', `${what}: the disk does not take it now`);
      if (!fits) throw new Fault('FULL', `${what}: more than ${roomMax} bytes are not kept here`);
      log.info({ site, set: got.set.number, records: held.length }, 'reference data received');
      return true;
    }
  }

  async function fetchSite(site: string): Promise<boolean> {
    try {
      while (!signal.aborted && (await fetchOne(site)));
      tellWaiting(site, undefined);
      return true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // A central from before answers nothing, and nobody need know of it each time.
      if (error.code !== 'UNREACHABLE') tellWaiting(site, error.message);
      return false;
    }
  }

  /** Makes the next set active if its time has come; false if it has not. */
  function activateNext(site: string): boolean {
    const number = shelf.active(site) + 1;
    const set = shelf.one(site, number);
    if (!set) return false;
    const nowMs = wall.judgedMs();
    if (nowMs === undefined) {
      const when = new Date(set.activeMs).toISOString();
      tellWaiting(site, `set ${number} is due at ${when}, and the clock is in doubt`);
      return false;
    }
    if (nowMs < set.activeMs) return false;
    return intake.state(() => shelf.activate(site, number)) && tellOf(site);
  }

  /** Each line that can speak states the set that is active, once. */
  function tellOf(site: string): boolean {
    const number = shelf.active(site);
    const set = shelf.one(site, number);
    if (!set) return true;
    const own = lines.filter((line) => siteOf(line) === site && shelf.told(line) < number);
    for (const line of own) {
      const actor = roster.actor(line);
      if (barred(line) || actor.failure() !== undefined) continue;
      const { activeMs, records, digest } = set;
      const isTold = intake.state(() => {
        actor.observe('ReferenceApplied', { set: number, activeMs, records, digest });
        shelf.tell(line, number);
      });
      if (!isTold) return false;
    }
    return true;
  }

  /** Asks central, now and then and when it rings. */
  async function fetch(): Promise<void> {
    for (let failures = 0, asked = 1; !signal.aborted; asked++) {
      const seen = bell.rings();
      let isAnswered = true;
      for (const site of sites) isAnswered = (await fetchSite(site)) && isAnswered;
      isAway = !isAnswered;
      failures = isAnswered ? 0 : failures + 1;
      act();
      const pauseMs = Math.max(awayMs, backoff(failures + 1, Math.max(everyMs, parts.downMs ?? 0)));
      const waitMs = isAnswered ? everyMs : pauseMs;
      await bell.wait(seen, scattered(waitMs, sites[0]!, asked), signal);
    }
  }

  function act(): void {
    if (shelf.isOwed()) intake.state(shelf.settle);
    for (const site of sites) {
      tellOf(site);
      while (!signal.aborted && activateNext(site));
    }
  }

  /** Makes active what is due, whether central is there or not. */
  async function watch(): Promise<void> {
    while (!signal.aborted) {
      act();
      await clock.sleep(untilNextMs(), signal);
    }
  }

  function untilNextMs(): number {
    const nowMs = wall.judgedMs() ?? clock.nowMs();
    const due = sites.flatMap((site) => shelf.one(site, shelf.active(site) + 1)?.activeMs ?? []);
    return Math.max(1, Math.min(lookMs, ...due.map((ms) => (ms > nowMs ? ms - nowMs : lookMs))));
  }

  return {
    loops: (): Promise<void>[] => [fetch(), watch()],
    /** Central may have something. */
    ring: bell.ring,
    /** Central was heard; after a silence it is asked at once, for what it rang for meanwhile. */
    heard(): void {
      const nowMs = clock.monotonicMs();
      const isSilent = heardMs !== undefined && nowMs - heardMs > silenceMs;
      if (isAway || isSilent) bell.ring();
      heardMs = nowMs;
    },
    status: () =>
      sites.map((site) => ({
        ...{ site, held: shelf.newest(site), active: shelf.active(site) },
        waits: waits.get(site) ?? null,
      })),
  };
}
