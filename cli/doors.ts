import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../shared/fault.ts';
import { checkPin, hashPin, pinMin } from '../shared/pin.ts';
import { type Role, roles } from '../shared/roles.ts';
import { products } from './catalogue.ts';
import { ask } from './drive.ts';
import { changeFile } from './peoplefile.ts';
import type { Shop } from './shop.ts';
import type { Stage } from './stage.ts';

/** The order that is left for whoever tries the page. */
const order = 'TRY-1';
const { material, unit } = products[0]!;
const terms = { material, unit, quantity: '100', tolerancePercent: 10 };
const steps = [
  { operation: '0010', name: 'Turning' },
  { operation: '0020', name: 'Deburring' },
];
/** What the demo lets in signs for so long, ms. */
const dayMs = 86_400_000;
/** Where it is worked: a place where people and a machine turn and mill. */
const lineOf = ({ lines }: Pick<Shop, 'lines'>): string =>
  lines.find((line) => line.includes('/turning/')) ?? lines[0]!;
/** Some in a thousand are guessed early; so many in a row are no chance any more. */
const drawsMax = 20;

/** The shop, with one more order that only people work. */
export const withTrial = (shop: Shop): Shop => {
  const line = lineOf(shop);
  const operations = steps.map((step) => ({ ...step, line }));
  return { ...shop, orders: [...shop.orders, { order, ...terms, operations }] };
};

/** A PIN by chance; one that is guessed early is drawn again. Throws Fault INVALID of the last. */
function drawPin(draws = drawsMax): string {
  const pin = `${randomInt(10 ** pinMin)}`.padStart(pinMin, '0');
  try {
    checkPin(pin);
    return pin;
  } catch (error) {
    if (!(error instanceof Fault) || draws === 1) throw error;
    return drawPin(draws - 1);
  }
}

/**
 * From now on people sign in at the edge's page, one of each role, and an order waits for them.
 * Resolves with what to type, once the edge is back; nobody knows these PINs after that.
 */
export async function openDoors(
  stage: Pick<Stage, 'edgeUrl' | 'restartEdge'>,
  shop: Pick<Shop, 'lines'>,
  directory: string,
  signal: AbortSignal,
): Promise<string> {
  const line = lineOf(shop);
  const release = {
    ...{ commandId: 'try-release', type: 'ReleaseOrder', line, actor: 'system:demo' },
    ...{ order, body: { ...terms, operations: steps } },
  };
  const [answer] = await ask(stage.edgeUrl, [release], signal);
  if (answer?.status !== 'accepted') throw new Fault('REFUSED', `${order}: ${answer?.reason}`);
  const peoplePath = join(directory, 'people.json');
  const told: { role: Role; pin: string }[] = [];
  for (const [index, role] of roles.entries()) {
    const pin = drawPin();
    const person = {
      ...{ id: `person:${index + 1}`, name: role, roles: [role], pin: await hashPin(pin) },
      ...{ badges: [], credentialUntilMs: Date.now() + dayMs, locked: false, left: false },
    };
    changeFile(peoplePath, (file) => ({ ...file, people: [...file.people, person] }), true);
    told.push({ role, pin });
  }
  await stage.restartEdge({ peoplePath });
  const page = `${stage.edgeUrl}/line.html?line=${encodeURIComponent(line)}`;
  return [
    `Order ${order} waits for you at ${page}`,
    ...told.map(({ role, pin }) => `  sign in as ${role.padEnd(12)}PIN ${pin}`),
  ].join('\n');
}
