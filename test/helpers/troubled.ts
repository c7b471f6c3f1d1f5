import { openWall } from '../../edge/line/wall.ts';
import type { Drill } from '../../edge/uplink/drill.ts';
import { systemClock } from '../../shared/clock.ts';
import { Fault } from '../../shared/fault.ts';
import type { CertificateStanding } from '../../shared/pki.ts';
import { openBox } from './box.ts';
import { m01, m02, shop } from './shop.ts';

/** The status of a box of its own: what only time, a fault, or central brings about. */
export function troubledStatus() {
  const box = openBox();
  box.marks.report(m01, 'down', 'no answer');
  box.marks.report(m02, 'up');
  box.decide(shop.release());
  box.decide(shop.hold('H1', 'order', { order: 'WO-1' }));
  const { epoch, head } = box.outbox.marks(m01);
  box.marks.heard(m01, { epoch, sequence: head, hash: '', settled: 1, waiting: [] });
  box.marks.goAhead(m01, { upTo: 1 });
  box.marks.beaten({ atMs: box.time.nowMs, roundTripMs: 20, skewMs: -3 });
  box.roster.actor(m02).fail(new Fault('CORRUPT', 'damaged'), true);
  box.time.nowMs += 60_000;
  const wall = openWall({ clock: systemClock });
  wall.heard({ atMs: systemClock.nowMs(), roundTripMs: 20, skewMs: -3 });
  const certificates: CertificateStanding[] = [
    { name: 'page', state: 'soon', untilMs: 4_000_000_000_000, daysLeft: 12 },
  ];
  const drill: NonNullable<ReturnType<Drill['status']>> = {
    ...{ by: 'person:17', reason: 'the yearly one', forS: 60, sinceMs: 1, leftMs: 59_000 },
  };
  const software = { release: '0.1.0', build: 'ab', isCurrent: true, epoch: 1, sequence: 1 };
  const status = box.status();
  const commandsWait = { count: 2, reason: 'the disk is full' };
  const lines = status.lines.map((line) => ({ ...line, software, commandsWait }));
  const holds = status.holds.map((hold) => ({ ...hold, origin: 'central' }));
  return { ...status, lines, holds, clock: wall.status(), certificates, drill };
}
