// Rows of the cheat sheet: what names one, and what those of suppliers' receipts answer.
import { type Check, has, says } from './checks.ts';
import { wordsOf } from './natscli.ts';

/** What names a row: of a request its subject, and what is asked in another way. */
export function nameOf(row: string): string {
  const [, verb, what = '', ...more] = wordsOf(row);
  if (verb !== 'req') {
    const named = more.filter((word) =>
      /^(HF_|holdfast|jetstream|stream|consumer|message|request)/.test(word),
    );
    const checked = named[0] === 'stream' ? named.slice(0, 2) : named.slice(0, 1);
    const all = [verb, what, ...(verb === 'server' ? checked : named)];
    return all.join(' ').trim();
  }
  const [body = '', flag] = more;
  const bare = /^[A-Z_]+$/.test(body) ? [body] : [];
  const as = ['text', 'csv'].filter((kind) => body.includes(`"as":"${kind}"`));
  const dry = body.includes('"dryRun":true') ? ['dry'] : [];
  return [what, ...bare, ...as, ...dry, ...(flag === '-H' ? ['-H'] : [])].join(' ');
}

export const inboundChecks: Record<string, Check> = {
  'hf.desk.inbound': has({ receipts: [{}, {}, {}], books: { agrees: true }, odd: [] }),
  'hf.desk.inbound text': says(/\nreceipts:\nreceipt .*\n5000000002\/2026\/1 +MILL /),
  'hf.desk.receipt RECEIPT': has({ receipt: { state: 'requested', supplier: 'MILL' } }),
  'hf.desk.suppliers': has({ suppliers: [{ supplier: 'MILL' }], next: null }),
  'hf.desk.inspect-receipt dry': has({ dryRun: true, acts: [{ act: 'result', decision: null }] }),
  'hf.desk.inspect-receipt': has({ acts: [{ act: 'result', decision: null }], proved: false }),
  'hf.desk.answer-claim': has({ acts: [{}, { act: 'answer', decision: null }] }),
  'hf.desk.dispose-receipt': has({ acts: [{}, { act: 'disposition', decision: null }] }),
  'hf.desk.approve-receipt': has({
    receipt: { state: 'failed', accepted: '60', rejected: '40' },
    acts: [{ decision: 'approved', decidedBy: 'person:9' }],
  }),
  'hf.desk.reject-receipt': has({
    ...{ receipt: { state: 'requested' }, acts: [{ decision: 'rejected' }] },
  }),
};
