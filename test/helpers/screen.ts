import { onTestFinished } from 'vitest';
import { buildHttp } from '../../edge/http/http.ts';
import { openIntake } from '../../edge/line/intake.ts';
import { openWall } from '../../edge/line/wall.ts';
import { openCounts } from '../../edge/view/counts.ts';
import { openFacts } from '../../edge/view/facts.ts';
import { openLineViews, type Parts } from '../../edge/view/line.ts';
import type { Viewer, Watching } from '../../edge/view/weighing.ts';
import { systemClock } from '../../shared/clock.ts';
import { openBell } from '../../shared/loop.ts';
import type { Box } from './box.ts';
import { m01 } from './shop.ts';

/** A person whose roles allow everything. */
export const viewer = (id: string): Viewer => ({ id, roles: 'all', mayAsk: () => true });

const ok = { level: 'ok', daysLeft: null } as const;

/** An edge's page over HTTP, listening on a free port of its own. */
export async function openScreens(box: Box, given: Partial<Parts> = {}, clock = systemClock) {
  const screen = openScreen(box, given);
  const { changed, lines } = screen;
  const stop = new AbortController();
  const intake = openIntake({ store: box.store, roster: box.roster, committed: changed.ring });
  const { book, roster, outbox, marks } = box;
  const view = { lines, book, roster, outbox, marks, facts: openFacts(box.db) };
  const app = await buildHttp({
    ...{ intake, status: box.status, changed, clock, signal: stop.signal, view },
  });
  onTestFinished(async () => {
    stop.abort();
    await app.close();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const get = async (path: string) => {
    const reply = await fetch(`${url}/v1${path}`);
    return { status: reply.status, body: (await reply.json()) as never };
  };
  const ask = async (...commands: object[]) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ commands });
    const reply = await fetch(`${url}/v1/commands`, { method: 'POST', headers, body });
    const { answers } = (await reply.json()) as { answers: { facts: { eventId: string }[] }[] };
    return answers;
  };
  /** What a stream tells, event by event; comments are left out. */
  async function* listen(path: string, headers: Record<string, string> = {}) {
    const gone = new AbortController();
    const reply = await fetch(`${url}/v1${path}`, { headers, signal: gone.signal });
    let text = '';
    try {
      for await (const part of reply.body!.pipeThrough(new TextDecoderStream())) {
        text += part;
        const events = text.split('\n\n');
        text = events.pop()!;
        yield* events.filter((event) => !event.startsWith(':')).map(eventIn);
      }
    } finally {
      gone.abort();
    }
  }
  return { ...screen, view, url, get, ask, listen };
}

function eventIn(text: string): { id?: string; event?: string; data: never } {
  const fields = Object.fromEntries(
    text.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)];
    }),
  );
  return { ...fields, data: JSON.parse(fields['data']!) as never };
}

/** What the screens of a box's lines are told; no disk is short of room unless `given` says so. */
export function openScreen(box: Box, given: Partial<Parts> = {}) {
  const { book, seen, time } = box;
  const { monotonicMs } = systemClock;
  const clock = { nowMs: () => time.nowMs, monotonicMs };
  const counts = openCounts({ book, facts: openFacts(box.db), nowMs: clock.nowMs });
  seen.tell(counts);
  const changed = openBell();
  const disk = { refusal: () => undefined, status: () => ok } as unknown as Parts['disk'];
  const lines = openLineViews({
    ...{ ...box, counts, changed, clock, disk, wall: openWall({ clock }) },
    ...{ retention: { lasting: (known) => known }, barred: () => undefined, ...given },
  });
  const read = (watching?: Watching, line = m01) => JSON.parse(lines.tell(line, watching, 0).text);

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
