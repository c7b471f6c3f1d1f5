import type { Fact } from '../../shared/event.ts';
import { quantity } from '../../shared/quantity.ts';

/** Which reports and corrections count after all these facts, by what each of them says alone. */
function countedOf(facts: readonly Fact[]): Fact<'QuantityReported' | 'QuantityCorrected'>[] {
  const byId = new Map(facts.map((fact) => [fact.eventId, fact]));
  const counted = new Set<string>();
  const targetOf = (fact: Fact): Fact => byId.get((fact.body as { original: string }).original)!;
  function off(fact: Fact): void {
    counted.delete(fact.eventId);
    if (fact.type === 'QuantityCorrected') on(targetOf(fact), false);
    if (fact.type === 'FactReversed') on(targetOf(fact), true);
  }
  function on(fact: Fact, chain: boolean): void {
    if (fact.type === 'FactReversed') off(targetOf(fact));
    else counted.add(fact.eventId);
    if (chain && fact.type === 'QuantityCorrected') counted.delete(targetOf(fact).eventId);
  }
  for (const fact of facts) {
    if (fact.type === 'QuantityReported') counted.add(fact.eventId);
    if (fact.type === 'QuantityCorrected') on(fact, true);
    if (fact.type === 'FactReversed') off(targetOf(fact));
  }
  return [...counted].map((id) => byId.get(id)! as Fact<'QuantityReported'>);
}

/** What counts at a line by the hour, from all facts at once: "0 12.5 good, 1 scrap". */
export function recount(facts: readonly Fact[], line: string, fromMs: number, hours: number) {
  const byId = new Map(facts.map((fact) => [fact.eventId, fact]));
  const firstOf = (fact: Fact): Fact =>
    fact.type === 'QuantityCorrected' ? firstOf(byId.get(fact.body.original)!) : fact;
  const sums = Array.from({ length: hours }, () => ({ good: 0n, scrap: 0n }));
  for (const fact of countedOf(facts)) {
    const first = firstOf(fact);
    const sum = first.line === line && sums[Math.floor((first.atMs - fromMs) / 3_600_000)];
    if (!sum) continue;
    sum.good += quantity(fact.body.good, 'good');
    sum.scrap += quantity(fact.body.scrap, 'scrap');
  }
  return sums;
}

const stops = ['stopping', 'stopped', 'aborting', 'aborted', 'clearing', 'holding', 'held'];

/** Whether the line worked or stood at an instant, from all facts at once. */
function conditionAt(facts: readonly Fact[], atMs: number): 'run' | 'stop' | '' {
  let equipment = 'idle';
  const runs = new Map<string, { phase: string; work: string }>();
  const paused = new Set<string>();
  for (const fact of facts) {
    if (fact.atMs > atMs) break;
    const work = `${fact.order}/${fact.operation}`;
    if (fact.type === 'EquipmentStateChanged') equipment = fact.body.state;
    if (fact.type === 'PhaseStarted') runs.set(fact.body.run, { phase: fact.body.phase, work });
    if (fact.type === 'PhaseEnded') runs.delete(fact.body.run);
    if (fact.type === 'OperationPaused') paused.add(work);
    if (fact.type === 'OperationResumed' || fact.type === 'PhaseStarted') paused.delete(work);
  }
  const open = [...runs.values()];
  const free = open.filter((run) => !paused.has(run.work));
  const isStopped =
    stops.includes(equipment) ||
    ['suspending', 'suspended'].includes(equipment) ||
    open.some(({ phase }) => phase === 'breakdown') ||
    (open.length > 0 && free.length === 0);
  if (isStopped) return 'stop';
  return free.some(({ phase }) => phase === 'run') ? 'run' : '';
}

/** How long the line worked and stood in each hour, from all facts at once. */
export function retime(
  all: readonly Fact[],
  line: string,
  fromMs: number,
  untilMs: number,
): { runMs: number; stopMs: number }[] {
  const facts = all.filter((fact) => fact.line === line).toSorted((a, b) => a.atMs - b.atMs);
  const hours = Math.ceil((untilMs - fromMs) / 3_600_000);
  const edges = [
    ...facts.map(({ atMs }) => atMs),
    ...Array.from({ length: hours }, (_, hour) => fromMs + hour * 3_600_000),
    untilMs,
  ]
    .filter((atMs) => atMs >= fromMs && atMs <= untilMs)
    .sort((a, b) => a - b);
  const spent = Array.from({ length: hours }, () => ({ runMs: 0, stopMs: 0 }));
  for (let index = 1; index < edges.length; index++) {
    const [from, until] = [edges[index - 1]!, edges[index]!];
    const hour = spent[Math.floor((from - fromMs) / 3_600_000)];
    const condition = conditionAt(facts, from);
    if (hour && condition === 'run') hour.runMs += until - from;
    if (hour && condition === 'stop') hour.stopMs += until - from;
  }
  return spent;
}
