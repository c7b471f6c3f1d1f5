/** Every operation of central: over HTTP, and as the endpoint `hf.desk.<name>` on NATS. */
export const endpoints = {
  health: 'GET /v1/health',
  status: 'GET /v1/status',
  lag: 'GET /v1/lag',
  lines: 'GET /v1/lines',
  line: 'GET /v1/lines/:line',
  explain: 'GET /v1/facts/:eventId',
  trace: 'GET /v1/trace/:id',
  recall: 'GET /v1/recall/:id',
  reconcile: 'GET /v1/reconcile',
  rules: 'GET /v1/rules',
  parked: 'GET /v1/desk',
  show: 'GET /v1/desk/:key',
  'dry-run': 'GET /v1/desk/:key/dryRun',
  retry: 'POST /v1/desk/:key/retry',
  settle: 'POST /v1/desk/:key/settle',
  edit: 'POST /v1/desk/:key/edit',
  missing: 'POST /v1/desk/:key/missing',
  approve: 'POST /v1/desk/:key/approve',
  reject: 'POST /v1/desk/:key/reject',
  'give-up': 'POST /v1/desk/:key/giveUp',
  totals: 'GET /v1/totals',
  order: 'GET /v1/orders/:order',
  postings: 'GET /v1/postings/:state',
  figures: 'GET /v1/figures',
  masters: 'GET /v1/masters',
  'approve-masters': 'POST /v1/masters',
  downlink: 'GET /v1/downlink',
  differences: 'GET /v1/downlink/differences',
  'receive-references': 'POST /v1/downlink/references',
  'receive-orders': 'POST /v1/downlink/orders',
  'draft-set': 'POST /v1/downlink/sets',
  'approve-set': 'POST /v1/downlink/sets/:draft/approve',
  'reject-set': 'POST /v1/downlink/sets/:draft/reject',
  swap: 'POST /v1/lines/:line/swap',
  lift: 'POST /v1/ahead/:eventId/lift',
  extract: 'GET /v1/ledger',
  'replay-begin': 'POST /v1/replay',
  'replay-feed': 'POST /v1/replay/facts',
  replayed: 'GET /v1/replay',
  holds: 'GET /v1/holds',
  held: 'GET /v1/holds/:hold',
  hold: 'POST /v1/holds',
  release: 'POST /v1/holds/:hold/release',
  dispose: 'POST /v1/holds/:hold/dispose',
  'approve-hold': 'POST /v1/holds/:hold/approve',
  'reject-hold': 'POST /v1/holds/:hold/reject',
  rework: 'POST /v1/reworks',
  inspection: 'POST /v1/inspections',
  sent: 'GET /v1/sent',
  feed: 'GET /v1/feed',
  schemas: 'GET /v1/schemas',
  facts: 'GET /v1/facts',
} as const;

export type EndpointName = keyof typeof endpoints;
type Way = Readonly<{ method: 'GET' | 'POST'; path: string }>;

/** What begins with ":" in the path is a field. */
export function wayOf(name: EndpointName): Way {
  const [method, path] = endpoints[name].split(' ') as [Way['method'], string];
  return { method, path };
}
