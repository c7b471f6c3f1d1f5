import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dynamicsErp } from '../../central/dynamics/connector.ts';
import type { DynamicsOptions } from '../../central/dynamics/options.ts';
import type { Erp, Posting } from '../../central/erp/erp.ts';
import { fieldsOf } from '../../central/erp/exchange.ts';
import type { Clock } from '../../shared/clock.ts';
import { openCarrier } from './carrier.ts';
import { type Mishap, type Sandbox, startDynamics } from './dynamics.ts';
import { testFolder } from './folder.ts';
import { bolts, key } from './sap.ts';

export const keyField = 'HoldfastKey';
export const blocked: Posting = {
  ...{ ...bolts, key: key('block'), kind: 'blockStock', quantity: '5' },
};

const standard = {
  ...({ kind: 'dynamics', clientId: 'holdfast', company: 'USMF', keyField } as const),
  disposition: { messageType: 'TSIUpdateBatchDisposition', blocked: 'QUARANTINE' },
  ...{ blockedStatus: 'BLOCKED', warehouse: '51' },
};

/** What befalls whatever is sent to the queue, and nothing else. */
export const toSend = (mishap: Mishap) => (path: string) =>
  path.endsWith('/SendMessage') ? mishap : undefined;

type More = Partial<Record<keyof DynamicsOptions, unknown>>;

/** The connector to an address; its secret is in a file of its own, unless `more` names one. */
export function dynamicsAt(url: string, more: More = {}, clock?: Clock, secret = 'x'): Erp {
  const given = more.clientSecretPath as string | undefined;
  const clientSecretPath = given ?? join(testFolder(), 'secret');
  if (given === undefined) writeFileSync(clientSecretPath, `${secret}\n`);
  const tokenUrl = `${url}/tenant/oauth2/v2.0/token`;
  const all = { ...standard, url, tokenUrl, ...more, clientSecretPath } as DynamicsOptions;
  const known = Object.entries(all).filter(([, value]) => value !== undefined);
  return dynamicsErp(Object.fromEntries(known) as DynamicsOptions, clock ? { clock } : {});
}

const closers: (() => Promise<void>)[] = [];
/** Stops what a test has started with `bench`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0)) await close();
}

/** A message processor, and the connector to it. */
export async function bench(more: More = {}, given: Parameters<typeof startDynamics>[0] = {}) {
  const processor = await startDynamics(given);
  closers.push(processor.close);
  const erp = dynamicsAt(processor.url, more, given.clock, processor.secret);
  return { ...processor, erp };
}

const jobMs = 1_000;
/** Central, the connector and the message processor, whose batch job runs every second. */
export async function openStory(more = {}, dies?: () => boolean) {
  const processor = await bench(more);
  let ranMs = 0;
  const carrier = openCarrier({
    path: `${testFolder()}/central.db`,
    erpAt: (clock) => {
      const options = { maxInFlightMs: 5_000, ...more };
      return dynamicsAt(processor.url, options, clock, processor.secret);
    },
    meanwhile(nowMs) {
      if (nowMs - ranMs < jobMs) return;
      ranMs = nowMs;
      processor.work();
    },
    ...(dies && { dies }),
  });
  const is = (at: number, state: string) => () => carrier.side().rows()[at]?.state === state;
  return { ...carrier, processor, is };
}

/** Keys of what was booked, in order. */
export const booked = ({ messages }: Sandbox) =>
  messages.flatMap(({ state, content }) =>
    state === 'Processed' ? [`${fieldsOf(content)[keyField]}`] : [],
  );
