export const place = { enterprise: 'acme', area: 'shop' };

/** A report as a foreign log states it, in row 12 say. */
export const report = {
  eventId: '0b5c9d1e-7a55-5f0e-8c39-1d1f0a6f2b11',
  stream: 'S1/M03',
  streamSeq: 3,
  ts: '2026-03-02T02:50:00Z',
  tsLocal: '2026-03-02T03:50:00+01:00',
  site: 'S1',
  line: 'M03',
  workOrder: 'WO-0178',
  operation: '0010',
  type: 'quantity.reported',
  phase: 'run',
  runId: 'R00406',
  qtyGood: 31,
  qtyRejected: 2,
  qtyMrb: 0,
  uom: 'EA',
  rework: false,
  operator: '4445',
  srcRow: 406,
  derived: false,
  lane: 1,
};

const { phase, runId, qtyGood: _g, qtyRejected: _r, qtyMrb: _m, uom: _u, ...rest } = report;
const { rework, lane, operator, ...about } = rest;

/** What every event says; of an order as a whole; of a run. */
export const ofOrder = { ...about, stream: 'S1/ERP', line: null, operation: null };
export const inRun = { ...about, operator, phase, runId, rework, lane };
export { about };
