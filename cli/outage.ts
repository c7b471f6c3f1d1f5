import { lasting } from '../shared/clock.ts';

/** What an edge and central said at one time; null where one did not answer. */
export type Look = Readonly<{
  atMs: number;
  edge: Readonly<{
    lines: readonly Readonly<{
      line: string;
      epoch: number;
      head: number;
      kept: number;
      unsent: number;
      oldestUnsentMs: number | null;
      failure: unknown;
    }>[];
    disk: Readonly<{ roomBytes: number; level: string }>;
    drill: object | null;
    central: Readonly<{ roundTripMs: number }> | null;
  }> | null;
  central: Readonly<{
    lines: readonly Readonly<{ line: string; epoch: number; sequence: number }>[];
    gaps: readonly Readonly<{ line: string }>[];
  }> | null;
}>;

export type Report = ReturnType<typeof sumUp>;
type Asked = Readonly<{ forS: number; reason: string; by: string }>;

/**
 * What was seen of an outage, from looks in their order; the first one before it. Conservation: of
 * each line central's ledger holds what it held before and each fact since, without a gap.
 */
export function sumUp(looks: readonly Look[], asked: Asked) {
  const told = looks.flatMap(({ atMs, edge }) => (edge ? [{ atMs, ...edge }] : []));
  const [first, last] = [told[0]!, told.at(-1)!];
  const books = looks.flatMap(({ central }) => central ?? []);
  const [opened, closed] = [books[0]!, books.at(-1)!];
  const cut = told.filter(({ drill }) => drill !== null);
  const cutMs = cut[0]?.atMs ?? first.atMs;
  const restoredMs = told.find(({ atMs, drill }) => atMs > cutMs && drill === null)?.atMs ?? null;
  const waiting = told.map(({ lines }) => lines.reduce((sum, { unsent }) => sum + unsent, 0));
  const rooms = told.map(({ disk }) => disk.roomBytes);

  const lines = last.lines.map(({ line, epoch, head, kept, failure }) => {
    const was = first.lines.find((one) => one.line === line);
    const held = opened.lines.find((one) => one.line === line)?.sequence ?? 0;
    const ledger = closed.lines.find((one) => one.line === line);
    const atCentral = ledger?.epoch === epoch ? ledger.sequence : 0;
    const stated = head - (was?.head ?? 0);
    return {
      ...{ line, epoch, head, kept, stated, atCentral, came: atCentral - held },
      waitedBefore: (was?.head ?? 0) - held,
      isSameEpoch: was?.epoch === epoch,
      failed: failure !== null,
    };
  });
  const missing = lines.flatMap((line): string[] => [
    ...(line.failed ? [`${line.line} has failed`] : []),
    ...(line.isSameEpoch ? [] : [`${line.line} went on in epoch ${line.epoch}`]),
    ...(line.atCentral < line.head
      ? [`${line.line}: the ledger holds ${line.atCentral} of ${line.head} facts`]
      : []),
    ...(closed.gaps.some((gap) => gap.line === line.line) ? [`${line.line} has a gap`] : []),
  ]);
  if (cut.length === 0) missing.push('the uplink was not seen cut');
  const drainedMs = restoredMs === null || missing.length > 0 ? null : last.atMs;
  return {
    ...asked,
    ...{ cutMs, restoredMs, drainedMs },
    drainMs: drainedMs === null || restoredMs === null ? null : drainedMs - restoredMs,
    /** Most facts that waited at once, and for how long the oldest did. */
    waitedFacts: Math.max(...waiting),
    waitedMs: Math.max(
      0,
      ...told.flatMap(({ atMs, lines: each }) =>
        each.flatMap(({ oldestUnsentMs: oldest }) => (oldest === null ? [] : [atMs - oldest])),
      ),
    ),
    /** What of the disk's room it took, at most. */
    roomUsedBytes: Math.max(0, rooms[0]! - Math.min(...rooms)),
    levels: [...new Set(told.map(({ disk }) => disk.level))],
    /** How long central took to answer a heartbeat, at the end. */
    roundTripMs: last.central?.roundTripMs ?? null,
    looks: looks.length,
    edgeSilent: looks.filter(({ edge }) => edge === null).length,
    lines,
    missing,
  };
}

const when = (ms: number | null): string => (ms === null ? 'never' : new Date(ms).toISOString());

/** The report as a person reads it. */
export function reportText(report: Report): string {
  const { lines, missing, drainMs } = report;
  const stated = lines.reduce((sum, line) => sum + line.stated, 0);
  const kilobytes = Math.ceil(report.roomUsedBytes / 1024);
  const live = report.roundTripMs === null ? 'not heard' : `${report.roundTripMs} ms`;
  return [
    `Outage drill of ${lasting(report.forS * 1_000)}: ${report.reason} (${report.by})`,
    `cut        ${when(report.cutMs)}`,
    `restored   ${when(report.restoredMs)}`,
    `drained    ${when(report.drainedMs)}${drainMs === null ? '' : `, after ${lasting(drainMs)}`}`,
    `waited     ${report.waitedFacts} facts at most, the oldest ${lasting(report.waitedMs)}`,
    `room       ${kilobytes} KB used, disk: ${report.levels.join(', ')}`,
    `live       ${live} to central and back, at the end`,
    `watched    ${report.looks} times; the edge was silent ${report.edgeSilent} times`,
    ...lines.map(
      ({ line, stated: own, came, waitedBefore, atCentral, head }) =>
        `${line}: ${own} stated and ${waitedBefore} that waited before, ${came} came: ` +
        `central holds ${atCentral} of ${head}`,
    ),
    missing.length === 0
      ? `✓ nothing is lost: ${stated} facts were stated, and all are in the ledger`
      : missing.map((what) => `✗ ${what}`).join('\n'),
    '',
  ].join('\n');
}
