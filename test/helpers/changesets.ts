// A central whose desk is told of master data, of change sets and of orders.
import { openAsked } from './board.ts';

export const site = 'acme/lyon';
export const line = 'acme/lyon/turning/M01';
export const by = 'person:17';
export const said = { by, reason: 'change 12' };

export const item = (version: string, content: object = {}) => ({
  ...{ kind: 'item', record: 'BOLT', version },
  content: { unit: 'EA', ...content },
});
export const center = (record = 'SAW1', operators?: string[]) => ({
  ...{ kind: 'workCenter', record, version: '1' },
  content: { line, ...(operators ? { operators } : {}) },
});
export const routing = {
  ...{ kind: 'routing', record: 'R-7', version: '1' },
  content: { material: 'BOLT', operations: [{ operation: '0010', workCenter: 'SAW1' }] },
};
export const bom = (record = 'B-1') => ({
  ...{ kind: 'bom', record, version: 'C' },
  content: { material: 'BOLT', components: [{ material: 'STEEL', quantity: '2', unit: 'KG' }] },
});

export function opened(secondPerson: readonly string[] = []) {
  const box = openAsked([], { secondPerson });
  const post = async (url: string, payload: object) => {
    const reply = await box.app.inject({ method: 'POST', url: `/v1/downlink${url}`, payload });
    return reply.json();
  };
  const receive = (...references: object[]) => post('/references', { site, ...said, references });
  const draft = (more: object = {}) => post('/sets', { site, ...said, ...more });
  const approve = (id: number, more: object = {}) =>
    post(`/sets/${id}/approve`, { ...said, ...more });
  /** Received, drafted and approved at once. */
  async function active(...references: object[]) {
    await receive(...references);
    return approve((await draft()).draft);
  }
  const sentTo = () => box.downlink.answer(line, { after: 0, from: 0 });
  const shown = async () => (await box.app.inject('/v1/downlink')).json();
  return { ...box, post, receive, draft, approve, active, shown, sentTo };
}

/** With what the lines were asked for. */
export function withSent() {
  const box = opened();
  const rows = box.db.prepare<[], { line: string; type: string; source: string; content: string }>(
    'SELECT line, type, source, content FROM dispatch ORDER BY number',
  );
  const sent = () => rows.all().map(({ content, ...row }) => ({ ...row, ...JSON.parse(content) }));
  return { ...box, sent };
}

export const order = (more: object = {}) => ({
  ...{ order: 'WO-9', status: 'released', material: 'BOLT', quantity: '10', unit: 'EA' },
  operations: [{ operation: '0010', workCenter: 'SAW1' }],
  ...more,
});
