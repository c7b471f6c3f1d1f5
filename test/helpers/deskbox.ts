import type { Outcome } from '../../central/erp/erp.ts';
import type { Content } from '../../shared/event.ts';
import { openAsked } from './board.ts';
import { stated } from './central.ts';
import { history } from './facts.ts';
import { m01 } from './shop.ts';

const { release, report } = stated;

type World = Parameters<typeof openAsked>[1];

/** Two confirmations in a lane; the ERP has answered the first one so. */
export function deskAfter(outcome: Outcome, world: World = {}, first = report('5')) {
  const { db, time, app, board, told, ledger, postings } = openAsked([], world);
  const facts = [release(), first, report('6')];
  ledger.accept([{ segment: history(m01, facts).segment(1, 3) }]);
  const take = () => postings.next(new Set(), 10)[0];
  const { key } = take()!.posting;
  postings.settle(key, outcome);
  postings.next(new Set(), 10);

  async function ask(path: string, payload?: object) {
    const url = `/v1/desk${path}`;
    const reply = await app.inject(payload ? { method: 'POST', url, payload } : { url });
    return [reply.statusCode, reply.json()] as const;
  }
  const states = () =>
    db.prepare<[], string>('SELECT state FROM posting ORDER BY id').pluck().all();
  /** One more fact of the line. */
  function hear(fact: Content): void {
    const at = facts.push(fact);
    ledger.accept([{ segment: history(m01, facts).segment(at, at) }]);
  }
  const own = { app, board, db, ledger, key, take, time, postings, told, facts };
  return { ...own, ask, states, hear };
}
