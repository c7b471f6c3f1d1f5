import { openCounts } from '../../edge/view/counts.ts';
import { openFacts } from '../../edge/view/facts.ts';
import { openLineViews, type Parts } from '../../edge/view/line.ts';
import type { Viewer, Watching } from '../../edge/view/weighing.ts';
import { openWall } from '../../edge/wall.ts';
import { openBell } from '../../shared/loop.ts';
import type { Box } from './box.ts';
import { m01 } from './shop.ts';

/** A person whose roles allow everything. */
export const viewer = (id: string): Viewer => ({ id, roles: 'all', mayAsk: () => true });

const ok = { level: 'ok', daysLeft: null } as const;

/** What the screens of a box's lines are told; no disk is short of room unless `given` says so. */
export function openScreen(box: Box, given: Partial<Parts> = {}) {
  const { book, seen, time } = box;
  const clock = { nowMs: () => time.nowMs, monotonicMs: () => time.nowMs };
  const counts = openCounts({ book, newest: openFacts(box.db).newest, nowMs: clock.nowMs });
  seen.tell(counts);
  const changed = openBell();
  const disk = { refusal: () => undefined, status: () => ok } as unknown as Parts['disk'];
  const lines = openLineViews({
    ...{ ...box, counts, changed, clock, disk, wall: openWall({ clock }) },
    ...{ retention: { lasting: (known) => known }, barred: () => undefined, ...given },
  });
  const read = (watching?: Watching, line = m01) => JSON.parse(lines.text(line, watching, 0));

  return {
    ...{ lines, counts, changed, read },
    /** Whether the command is allowed, or which rule forbids it. */
    rule(action: string, about: object = {}, watching?: Watching): string {
      changed.ring();
      const { actions } = read(watching);
      const found = actions.find((one: Record<string, unknown>) =>
        Object.entries({ action, ...about }).every(([key, value]) => one[key] === value),
      );
      return found ? (found.allowed ? 'allowed' : found.rule) : 'not told';
    },
  };
}
