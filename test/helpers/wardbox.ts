import type { Content } from '../../shared/event.ts';
import { openAsked } from './board.ts';
import { content, history } from './facts.ts';

/** Central, and what lines have stated; `hear` is one more fact of a line. */
export function openPlant() {
  const asked = openAsked();
  const lines = new Map<string, Content[]>();
  const { ledger, thread, wards, dispatch, postings } = asked;
  function hear(line: string, ...facts: Content[]): void {
    const all = [...(lines.get(line) ?? []), ...facts];
    const from = all.length - facts.length + 1;
    lines.set(line, all);
    ledger.accept([{ segment: history(line, all).segment(from, all.length) }]);
    while (thread.readOn() > 0);
    while (wards.pass());
  }
  async function say(path: string, payload?: object) {
    const url = `/v1/${path}`;
    const reply = await asked.app.inject(payload ? { method: 'POST', url, payload } : { url });
    return { ...reply.json(), http: reply.statusCode };
  }
  /** What the line says came of its commands that wait. */
  function answer(line: string, outcome: 'applied' | 'refused' = 'applied'): void {
    for (const { number, commandId, type } of dispatch.ofLine(line, 1e9, 500).reverse()) {
      if (dispatch.one(line, number)!.state !== 'pending') continue;
      const body = { number, commandId, command: type, outcome };
      const why = outcome === 'refused' ? { reason: 'not here' } : {};
      hear(line, content(`${line} ${commandId}`, 'CommandReceived', { ...body, ...why }));
    }
  }
  const sent = (line: string) =>
    dispatch
      .ofLine(line, 1e9, 500)
      .reverse()
      .map(({ type }) => type);
  const states = () => postings.list('held', 50).map(({ kind, lot }) => `${kind} ${lot}`);
  const lineStates = async (hold: string) =>
    (await say(`holds/${hold}`)).lines.map(
      ({ line, node, state }: { line: string; node: string; state: string }) =>
        `${line.slice(-3)} ${node} ${state}`,
    );
  return { ...asked, hear, say, answer, sent, states, lineStates };
}
