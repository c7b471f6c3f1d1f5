import type { Database } from '../../shared/database.ts';
import { type Environment, environmentUsual } from '../../shared/environment.ts';
import { Fault } from '../../shared/fault.ts';
import type { Breaker } from '../erp/breaker.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Live } from '../ledger/live.ts';
import type { Pulse } from '../ledger/pulse.ts';
import type { Registry } from '../ledger/registry.ts';
import { open } from '../posting/docket.ts';
import type { Postings } from '../posting/postings.ts';
import type { Dispatch } from '../quality/dispatch.ts';
import type { Inbound } from '../supplier/inbound.ts';

/** An edge that says nothing for so long, ms, is silent: twelve heartbeats. */
const silentMs = 60_000;
/** A line whose newest known fact is so much younger than the ledger's, ms, is behind. */
const behindMaxMs = 60_000;

type Parts = {
  db: Database;
  ledger: Ledger;
  live: Live;
  registry: Registry;
  postings: Postings;
  dispatch: Dispatch;
  inbound: Inbound;
  edges: Pulse['edges'];
  erpStanding: Breaker['standing'];
  nowMs: () => number;
  environment?: Environment | undefined;
  /** What is wrong with the hub, in words. */
  hubTrouble?: () => string | undefined;
};

/** What central knows of its lines, how far it is behind, and what is wrong. Reads only. */
export function openOverview(parts: Parts) {
  const { db, ledger, live, registry, postings, dispatch, edges, erpStanding } = parts;
  const { nowMs, hubTrouble } = parts;
  const openOf = db.prepare<[string], { state: string; postings: number }>(
    `SELECT state, count(*) AS postings FROM posting WHERE line = ? AND ${open}
     GROUP BY state ORDER BY state`,
  );

  /**
   * Every line in the order of their names; null is what nobody has told. An edge tells of itself
   * under its first line.
   */
  function lines() {
    const [beyond, gaps] = [live.beyond(), ledger.gaps()];
    const downs = dispatch.waiting();
    const heard = new Map(edges().map((edge) => [edge.line, edge]));
    return ledger.lines().map(({ path: line, epoch, sequence, repeats }) => {
      const ahead = beyond.get(line);
      const edge = heard.get(line);
      const down = downs.get(line);
      const gap = gaps.find((one) => one.line === line);
      return {
        ...{ line, epoch, sequence, repeats },
        behind: ahead?.behind ?? 0,
        behindMs: ahead ? ahead.behindMs : 0,
        missing: gap ? `${gap.from} to ${gap.to}` : null,
        unsent: edge?.unsent ?? null,
        sent: down?.waiting ?? 0, // commands that the line has not answered yet
        sentMs: down ? Math.max(0, nowMs() - down.sinceMs) : 0, // how long the first one waits
        silentMs: edge ? Math.max(0, nowMs() - edge.heardMs) : null,
        clock: edge?.clock.state ?? null,
      };
    });
  }

  /** What a person should look at, in words. */
  function complaints(): string[] {
    const all = lines();
    const erp = erpStanding();
    const parked = postings.counts().postings.filter(({ state }) => state === 'parked');
    const waiting = parked.reduce((sum, row) => sum + row.postings, 0);
    const some = (count: number, words: string) => (count > 0 ? [`${count} ${words}`] : []);
    const slow = all.filter((one) => one.behind > 0 && (one.behindMs ?? 0) > behindMaxMs);
    return [
      ...[hubTrouble?.()].filter((words) => words !== undefined),
      ...(erp.state === 'up' ? [] : [`the ERP is ${erp.state}: ${erp.reason ?? 'no answer'}`]),
      ...some(waiting, 'postings are parked: hf.desk.parked'),
      ...some(ledger.parkedCount(), 'arrivals are parked: hf.desk.status'),
      ...some(ledger.gaps().length, 'lines lack facts in between: hf.desk.lines'),
      ...some(live.holds().filter(({ lost }) => lost !== null).length, 'holds may never be stated'),
      ...some(dispatch.foreign(), 'commands were sent by a ledger that is lost: hf.desk.sent'),
      ...parts.inbound.complaints(),
      ...some(slow.length, 'lines are more than a minute behind: hf.desk.lag'),
      ...some(all.filter((one) => (one.silentMs ?? 0) > silentMs).length, 'edges are silent'),
      ...some(all.filter(({ clock }) => clock === 'suspect').length, 'clocks of edges are off'),
    ];
  }

  return {
    lines,
    /** Lines by how far central is behind them, the furthest first. */
    lag: () =>
      lines()
        .map(({ line, sequence, behind, behindMs, unsent, silentMs: silent, missing }) => {
          return { line, sequence, behind, behindMs, unsent, silentMs: silent, missing };
        })
        .sort(
          (a, b) =>
            (b.behindMs ?? 0) - (a.behindMs ?? 0) ||
            b.behind - a.behind ||
            (b.silentMs ?? 0) - (a.silentMs ?? 0),
        ),
    /** One line. Throws Fault UNKNOWN for one that has never stated anything here. */
    line(path: string) {
      const known = lines().find(({ line }) => line === path);
      if (!known) throw new Fault('UNKNOWN', `line: ${path} is unknown here`);
      const { epochs } = registry.shown();
      const { settled, waiting } = postings.settled(path, known.sequence);
      return {
        ...{ ...known, settled, waiting },
        postings: openOf.all(path),
        epochs: epochs.filter(({ line }) => line === path),
        holdsAhead: live.holds().filter(({ line }) => line === path),
      };
    },
    /** Whether anything waits for a person; `says` is empty where nothing does. */
    health() {
      const says = complaints();
      const state = says.length === 0 ? ('ok' as const) : ('attention' as const);
      const { environment = environmentUsual } = parts;
      return { state, says, facts: ledger.facts(), lines: ledger.lines().length, environment };
    },
  };
}
