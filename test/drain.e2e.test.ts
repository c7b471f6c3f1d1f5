// Goal: while a backlog drains, what is stated now is known at central at once: a hold is in force
// there before the facts in front of it have come. Nothing is lost, and the order stays.
// Method: a real hub and leaf, with a link between them that is cut, and thin when it is back.
import { expect, test } from 'vitest';
import { ask } from '../cli/drive.ts';
import { eventStream } from '../shared/subject.ts';
import { waitFor } from './helpers/plantnet.ts';
import { m01, shop } from './helpers/shop.ts';
import { openBegun, type openWire } from './helpers/wire.ts';

/** On a machine with other work the backlog was seen to take 40 s. */
const timeoutMs = 600_000;
const backlog = 20_000;
/** Thin enough that the backlog takes some ten seconds. */
const bytesPerS = 400_000;
/** Too little for the backlog. */
const streamBytes = 2_000_000;
const { signal } = new AbortController();

type Wire = Awaited<ReturnType<typeof openWire>>;
type Edge = Awaited<ReturnType<Wire['edge']>>;
type Central = Awaited<ReturnType<Wire['central']>>;

const place = (edge: Edge, hold: string) => ask(edge.url, [shop.hold(hold, 'line')], signal);

/** Central's status once it knows of the hold, which its ledger does not hold. */
async function known(central: Central, hold: string) {
  let status = await central.status();
  const isThere = async () => {
    status = await central.status();
    return status.holdsAhead.some((row) => row.hold === hold);
  };
  await waitFor(isThere, 30_000, `${hold} to be known at central`);
  return status;
}

/** Resolves once the ledger holds all, each once and in the order that the edge stated it. */
async function arrived(edge: Edge, central: Central, facts: number): Promise<void> {
  await waitFor(async () => (await edge.status()).kept === facts, 150_000, `kept ${facts}`);
  expect(await central.status()).toMatchObject({
    ...{ facts, gaps: [], arrivalsParked: 0, holdsAhead: [] },
    lines: [{ line: m01, sequence: facts, repeats: 0, ahead: null }],
  });
}

test(
  'S5: a hold placed now is in force at central before the backlog before it has drained',
  async () => {
    const { wire, central, edge } = await openBegun(1);
    wire.link.cut();
    await edge.state(backlog / 2);
    await place(edge, 'H1');
    await edge.state(backlog / 2);
    wire.link.slow(bytesPerS);
    wire.link.heal();
    await waitFor(async () => (await edge.status()).kept > 1, 30_000, 'the backlog to drain');
    await place(edge, 'H2');

    const { lines, holdsAhead } = await known(central, 'H2');
    const head = backlog + 3;
    expect(lines[0]!.sequence).toBeLessThan(head);
    expect(lines[0]!.ahead).toMatchObject({ upTo: head });
    expect(lines[0]!.ahead!.behind).toBe(head - lines[0]!.sequence);
    expect(holdsAhead).toContainEqual(expect.objectContaining({ hold: 'H2', sequence: head }));
    // Central's answer comes by the thin link, and a slow one of the hub is tried again.
    const isTold = async () => {
      const { way, ahead, kept } = await edge.status();
      expect(kept).toBeLessThan(head);
      return way.state === 'draining' && ahead?.upTo === head;
    };
    await waitFor(isTold, 30_000, 'the edge to hear that central was told ahead');

    wire.link.slow(Number.POSITIVE_INFINITY);
    await arrived(edge, central, head);
    await waitFor(async () => (await edge.status()).ahead === null, 30_000, 'nothing ahead');
  },
  timeoutMs,
);

test(
  'S5: a backlog that is larger than the stream drains, as central trims what it holds',
  async () => {
    const { wire, central, edge } = await openBegun(1);
    const manager = await wire.makeStreams();
    const { config } = await manager.streams.info(eventStream);
    await manager.streams.update(eventStream, { ...config, max_bytes: streamBytes });
    wire.link.cut();
    await edge.state(backlog);
    wire.link.heal();
    await arrived(edge, central, backlog + 1);
    const { state } = await manager.streams.info(eventStream);
    expect(state.first_seq).toBeGreaterThan(1);
    expect(state.bytes).toBeLessThan(streamBytes);
  },
  timeoutMs,
);

test(
  'N3: a stream that is full takes nothing, and a hold is known at central all the same',
  async () => {
    const { wire, central, edge } = await openBegun(1);
    const manager = await wire.makeStreams();
    const { config } = await manager.streams.info(eventStream);
    await manager.streams.update(eventStream, { ...config, max_bytes: 1_000 });
    await edge.state(300);
    // Between two refusals it is tried again, and says nothing for a moment.
    const why = async () => (await edge.status()).way.detail ?? '';
    await waitFor(async () => (await why()).includes('maximum bytes exceeded'), 30_000, 'why');
    await place(edge, 'H1');
    const { lines } = await known(central, 'H1');
    expect(lines[0]).toMatchObject({ sequence: 1, ahead: { upTo: 302, behind: 301 } });

    await manager.streams.update(eventStream, config);
    await arrived(edge, central, 302);
  },
  timeoutMs,
);
