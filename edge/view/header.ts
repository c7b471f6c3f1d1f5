import { type Environment, environmentUsual } from '../../shared/environment.ts';
import type { Fault } from '../../shared/fault.ts';
import type { Actor } from '../line/actor.ts';
import type { Wall } from '../line/wall.ts';
import type { Disk } from '../store/disk.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Retention } from '../store/retention.ts';
import { degradedBy } from '../uplink/canary.ts';
import { isRefusal, type Marks } from '../uplink/marks.ts';
import type { CommandsWait } from '../uplink/receiving.ts';
import type { LineSeen } from './seen.ts';
import { wishesOfRun } from './wishes.ts';

/** What drained in this time says how fast it goes, ms; and the least time that says anything. */
const drainMs = 60_000;
const drainLeastMs = 2_000;
/** One look at the cursors is remembered in so many ms. */
const lookMs = 1_000;

type Look = Readonly<{ atMs: number; sent: number; epoch: number }>;

/** How fast lines drain, from looks at their cursors; bounded by a minute of them. */
export function openDrains(monotonicMs: () => number) {
  const lines = new Map<string, Look[]>();
  return {
    /** Facts a second that were sent in the last minute, and until when the rest is; or null. */
    see(line: string, { epoch, sent }: Omit<Look, 'atMs'>, unsent: number) {
      const atMs = monotonicMs();
      const known = (lines.get(line) ?? []).filter(
        (look) => atMs - look.atMs <= drainMs && look.epoch === epoch && look.sent <= sent,
      );
      const last = known.at(-1);
      if (!last || atMs - last.atMs >= lookMs) known.push({ atMs, sent, epoch });
      lines.set(line, known);
      const first = known[0]!;
      const tookMs = atMs - first.atMs;
      const drained = sent - first.sent;
      if (unsent === 0 || drained <= 0 || tookMs < drainLeastMs) return null;
      const perSecond = drained / (tookMs / 1_000);
      return {
        perSecond: Math.round(perSecond * 10) / 10,
        etaMs: Math.round((unsent / perSecond) * 1_000),
      };
    },
  };
}

type Parts = Readonly<{
  actor: Actor;
  outbox: Outbox;
  marks: Marks;
  seen: LineSeen;
  disk: Disk;
  retention: Pick<Retention, 'lasting'>;
  wall: Pick<Wall, 'status'>;
  barred: (line: string) => Fault | undefined;
  commandsWait?: (line: string) => CommandsWait | null;
  /** Production if absent. */
  environment?: Environment;
  drains: ReturnType<typeof openDrains>;
  nowMs: number;
}>;

/** Why nothing of a shift's work is taken in now, in words; null while it is. */
function readOnlyBy({ actor, barred, disk }: Parts): string | null {
  const [report] = wishesOfRun({
    ...{ run: '', order: '', operation: '', phase: 'run', rework: false, unit: '' },
  });
  const command = { command: report!.action, statement: { body: report!.body } };
  return barred(actor.path)?.message ?? actor.failure() ?? disk.refusal(command as never) ?? null;
}

/** What every screen of a line shows at its top: how the line stands with the world. */
export function headerOf(parts: Parts) {
  const { actor, outbox, marks, seen, disk, retention, wall, drains, nowMs } = parts;
  const { path } = actor;
  const { head, sent, epoch } = outbox.marks(path);
  const way = marks.way(path);
  const degraded = degradedBy(way, marks.central(), nowMs);
  const unsent = Math.max(0, head - sent);
  const { level, daysLeft } = retention.lasting(disk.status());
  return {
    way: degraded ? ('degraded' as const) : isRefusal(way) ? ('auth' as const) : way.state,
    wayDetail: degraded?.says ?? way.detail ?? null,
    sinceMs: degraded?.sinceMs ?? way.sinceMs,
    unsent,
    oldestUnsentMs: unsent > 0 ? (outbox.oldestUnsentMs(path) ?? nowMs) : null,
    drain: drains.see(path, { epoch, sent }, unsent),
    room: { level, daysLeft },
    centralMs: marks.central()?.atMs ?? null,
    clock: wall.status(),
    epoch: epoch > 1 ? (seen.epoch() ?? { epoch, beganMs: null, reason: null }) : null,
    readOnly: readOnlyBy(parts),
    commandsWait: parts.commandsWait?.(path) ?? null,
    environment: parts.environment ?? environmentUsual,
  };
}
