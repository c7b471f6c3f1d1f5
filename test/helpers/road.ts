import { expect } from 'vitest';
import { decodeContent } from '../../shared/codec.ts';
import { type Box, openBox, outcome } from './box.ts';
import { openSide, type Side } from './central.ts';
import { erpAt, rude } from './sap.ts';

type Body = Record<string, unknown>;

/**
 * The road of a fact without its network: a box, central's posting side, SAP's documents as they
 * go over the wire to a server that takes everything. The test closes what `helpers/sap` opened.
 */
export async function openRoad() {
  const box: Box = openBox();
  const side: Side = openSide();
  const sent: { text: string; body: Body }[] = [];
  const number = { ConfirmationGroup: '7', ConfirmationCount: '1' };
  const documents = { ...number, MaterialDocumentYear: '2026', MaterialDocument: '49' };
  const { url } = await rude((_request, response, text) => {
    const body = JSON.parse(text) as Body;
    sent.push({ text, body });
    response.writeHead(201).end(JSON.stringify({ d: { ...body, ...documents } }));
  });
  const erp = erpAt(url);
  let heard = 0;

  return {
    box,
    side,
    sent,

    /** Asks the edge for all of it; each must be accepted. */
    ask(...given: object[]): void {
      expect(given.map(box.decide).map(outcome)).toEqual(given.map(() => 'accepted'));
    },

    /** Central hears what the edge has stated since; whatever may be posted is posted. */
    async carry(): Promise<void> {
      const rows = [...box.store.history()].slice(heard);
      heard += rows.length;
      for (const { line, bytes } of rows) side.note(`acme/m${line}`, decodeContent(bytes));
      for (let tasks = side.next(); tasks.length > 0; tasks = side.next()) {
        for (const { posting } of tasks) {
          side.postings.settle(posting.key, await erp.post(posting));
        }
      }
    },
  };
}
