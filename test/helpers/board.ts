import { onTestFinished } from 'vitest';
import { openBoard } from '../../central/desk/board.ts';
import { buildHttp } from '../../central/desk/http.ts';
import type { FigureConfig } from '../../central/figuring/plant.ts';
import { migrations, openMemory } from '../../central/memory.ts';
import type { Inspection } from '../../central/posting/inspections.ts';
import type { Switch } from '../../central/posting/modes.ts';
import type { InboundConfig } from '../../central/supplier/config.ts';
import { bare } from './bare.ts';
import { openMedium } from './medium.ts';

type World = Partial<
  Pick<
    Parameters<typeof openBoard>[0],
    'erp' | 'erpStanding' | 'edges' | 'replays' | 'demandsProof'
  >
> & {
  inspections?: readonly Inspection[];
  secondPerson?: readonly string[];
  figures?: FigureConfig;
  skewMaxMs?: number;
  inbound?: InboundConfig;
};

/** All of central but its loops, to be asked over HTTP; the test is its clock, its hub and ERP. */
export function openAsked(
  switches: readonly Switch[] = [],
  { inspections, inbound, secondPerson, figures, skewMaxMs, ...world }: World = {},
) {
  const db = openMedium(':memory:', migrations);
  onTestFinished(() => void db.close());
  const time = { nowMs: 1_000 };
  const nowMs = () => time.nowMs;
  const limits = { maxInFlightMs: 500, skewMaxMs: skewMaxMs ?? Number.MAX_SAFE_INTEGER };
  const memory = openMemory({
    db,
    nowMs,
    waitMs: nowMs,
    switches,
    inspections,
    secondPerson,
    inbound,
    figures,
    ...limits,
  });
  const told = { moved: 0 }; // how often a person has moved a posting
  const moved = () => void told.moved++;
  const board = openBoard({ ...memory, ...bare, db, nowMs, moved, ...world });
  const app = buildHttp(board);
  onTestFinished(() => app.close());
  let documents = 0;

  /** Posts whatever may go out now, as D1, D2 and so on. */
  function postAll(): void {
    const { postings } = memory;
    for (let tasks = postings.next(new Set(), 50); tasks.length > 0; ) {
      for (const { posting } of tasks) {
        postings.settle(posting.key, { kind: 'posted', document: `D${++documents}` });
      }
      tasks = postings.next(new Set(), 50);
    }
  }
  return { ...memory, db, time, app, board, told, postAll };
}
