import { Fault } from '../shared/fault.ts';
import type { Shop } from './shop.ts';

/** Most records that the sandbox takes in one call, and how long one call may take, ms. */
const recordsMax = 1_000;
const callMaxMs = 20_000;

async function put(url: string, path: string, records: readonly unknown[]): Promise<void> {
  for (let at = 0; at < records.length; at += recordsMax) {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(records.slice(at, at + recordsMax)),
      signal: AbortSignal.timeout(callMaxMs),
    });
    if (!response.ok) throw new Fault('INVALID', `sandbox ${path}: ${await response.text()}`);
  }
}

/** Gives the sandbox the shop's materials, orders and opening stock. Throws Fault INVALID. */
export async function loadShop(erpUrl: string, shop: Shop): Promise<void> {
  const materials = [...shop.materials, ...shop.components];
  await put(
    erpUrl,
    '/sandbox/materials',
    materials.map(({ material, unit, price }) => ({ material, unit, price })),
  );
  await put(
    erpUrl,
    '/sandbox/orders',
    shop.orders.map(({ operations, ...order }) => ({
      ...order,
      operations: operations.map(({ operation }) => ({ operation })),
    })),
  );
  await put(
    erpUrl,
    '/sandbox/stock',
    shop.components.flatMap(({ material, lots }) =>
      lots.map(({ lot, quantity }) => ({ material, lot, quantity })),
    ),
  );
}

/** Tells the sandbox how to misbehave from now on; {} makes it well. Throws Fault INVALID. */
export async function setFaults(erpUrl: string, faults: Record<string, number>): Promise<void> {
  const response = await fetch(new URL('/sandbox/faults', erpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
    signal: AbortSignal.timeout(callMaxMs),
  });
  if (!response.ok) throw new Fault('INVALID', `sandbox faults: ${await response.text()}`);
}
