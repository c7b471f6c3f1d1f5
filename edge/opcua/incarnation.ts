import { createHash } from 'node:crypto';
import { AttributeIds, type ClientSession, type DataValue } from 'node-opcua-client';
import type { Clock } from '../../shared/clock.ts';
import { answerMs, bounded } from './bounded.ts';

type Clocks = Pick<Clock, 'nowMs' | 'monotonicMs'>;

/** A clock that took longer to answer is not measured: it may be off by half of that, ms. */
export const measureMaxMs = 1_000;
const currentTime = 'i=2258';
/** When it started, which namespaces it has, what its clock shows. */
const serverNodes = ['i=2257', 'i=2255', currentTime];

async function read(session: ClientSession, clock: Clocks, nodes: readonly string[]) {
  const beforeMs = clock.nowMs();
  const startMs = clock.monotonicMs();
  const asked = nodes.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }));
  const values = await bounded(session.read(asked), answerMs, 'server: its status');
  const tookMs = clock.monotonicMs() - startMs;
  return { values, tookMs, middleMs: beforeMs + tookMs / 2 };
}

const timeOf = (value: DataValue | undefined): number | undefined =>
  value?.value.value instanceof Date ? value.value.value.getTime() : undefined;

/** Which incarnation of the server this is, and how far its clock is ahead, ms. */
export async function readServer(session: ClientSession, clock: Clocks) {
  const { values, middleMs } = await read(session, clock, serverNodes);
  const [start, names, time] = values;
  const list = JSON.stringify(names?.value.value ?? []);
  const hash = createHash('sha256').update(list).digest('hex').slice(0, 12);
  const serverMs = timeOf(time);
  const skewMs = serverMs === undefined ? 0 : Math.round(serverMs - middleMs);
  return { epoch: `${timeOf(start) ?? 0} ${hash}`, skewMs };
}

/** How far its clock is ahead now, ms; undefined where that took too long to be measured. */
export async function readSkew(session: ClientSession, clock: Clocks): Promise<number | undefined> {
  const { values, tookMs, middleMs } = await read(session, clock, [currentTime]);
  const serverMs = timeOf(values[0]);
  if (serverMs === undefined || tookMs > measureMaxMs) return undefined;
  return Math.round(serverMs - middleMs);
}
