import { wallMs } from './calendar.ts';
import { decimalText } from './catalogue.ts';
import { aboutJob, type Floor, type Job, type Run, type Station } from './floor.ts';

/** What a report says, in thousandths of the unit. */
export type Counts = { good: number; scrap: number; rework: number; held: number };
export const noCounts: Counts = { good: 0, scrap: 0, rework: 0, held: 0 };

/** Opens a run in a free lane. */
export function startRun(
  floor: Floor,
  job: Job,
  station: Station,
  about: Pick<Run, 'lane' | 'phase' | 'rework'>,
): Run {
  const { lane, phase, rework } = about;
  const { timeline, account, ask, equip, newRun, person } = floor;
  const startedMs = timeline.nowMs();
  const run: Run = {
    ...about,
    run: newRun(),
    job,
    station,
    startedMs,
    person: person(station, lane),
  };
  equip(station, phase === 'breakdown' ? 'aborted' : 'execute', `${phase} in lane ${lane}`);
  const body = { run: run.run, phase, lane, rework };
  ask(station, 'StartPhase', `person:${run.person}`, aboutJob(job), body);
  station.runs[lane - 1] = run;
  job.openRuns += 1;
  const { order, operation } = aboutJob(job);
  const breakdowns = phase === 'breakdown' ? 1 : 0;
  account.add(station.path, order, operation, { runs: 1, breakdowns });
  if (rework && job.completed) account.traits.reopened += 1;
  const open = station.runs.filter((other) => other !== undefined);
  account.peak(station.path, open.length, new Set(open.map((other) => other.job.dossier)).size);
  return run;
}

export function reportBody(run: Run, counts: Counts): Readonly<Record<string, unknown>> {
  return {
    run: run.run,
    phase: run.phase,
    good: decimalText(counts.good),
    scrap: decimalText(counts.scrap),
    rework: decimalText(counts.rework),
    held: decimalText(counts.held),
    unit: run.job.dossier.plan.product.unit,
    inRework: run.rework,
  };
}

/** `reason` is stated when not all of it is good. */
export function report(
  { account, ask, operator }: Floor,
  run: Run,
  counts: Counts,
  reason: string,
) {
  const { job, station, lane, phase, rework } = run;
  const { good, scrap } = counts;
  const bad = scrap + counts.rework + counts.held;
  const { order, operation } = aboutJob(job);
  const body = reportBody(run, counts);
  const said = bad > 0 ? { ...body, reason } : body;
  ask(station, 'ReportQuantity', operator(station, lane), aboutJob(job), said);
  account.add(station.path, order, operation, {
    ...counts,
    reports: 1,
    zeroReports: good + bad === 0 ? 1 : 0,
    setupGood: phase === 'setup' ? good : 0,
    ...(rework ? { reworkReports: 1, reworkGood: good, reworkScrap: scrap } : {}),
  });
}

/** Closes the run and frees its lane. */
export function endRun({ timeline, account, ask, person }: Floor, ended: Run): void {
  const { run, job, station, lane, phase, startedMs } = ended;
  const { order, operation } = aboutJob(job);
  const elapsedMs = timeline.nowMs() - startedMs;
  const shownMs = wallMs(startedMs, timeline.nowMs());
  const body = shownMs < 0 ? { run } : { run, statedMs: shownMs };
  const actor = person(station, lane);
  ask(station, 'EndPhase', `person:${actor}`, aboutJob(job), body);
  const statedMs = shownMs < 0 ? elapsedMs : shownMs;
  account.add(station.path, order, operation, { elapsedMs, [`${phase}StatedMs`]: statedMs });
  const { traits } = account;
  if (elapsedMs === 0) traits.zeroLengthRuns += 1;
  if (elapsedMs !== shownMs) traits.runsAcrossClockChange += 1;
  if (actor !== ended.person) traits.operatorChanges += 1;
  station.runs[lane - 1] = undefined;
  job.openRuns -= 1;
  timeline.open(station.gate);
  timeline.open(job.dossier.gate);
}
