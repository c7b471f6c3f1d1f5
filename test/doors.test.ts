// Goal: what the demo leaves for people can be used as it is printed: an order that the edge has
// taken, and one person for each role. Method: a real edge over HTTP, first open, then with people.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDoors, withTrial } from '../cli/doors.ts';
import { ask, read } from '../cli/drive.ts';
import { freePorts } from '../cli/port.ts';
import { generateShop } from '../cli/shop.ts';
import { readEdgeConfig } from '../edge/config.ts';
import type { Status } from '../edge/http/status.ts';
import { startEdge } from '../edge/main.ts';
import { readPeople } from '../shared/people.ts';
import { checkPin, isPin } from '../shared/pin.ts';
import { roles } from '../shared/roles.ts';
import { testFolder } from './helpers/folder.ts';
import { openScreen } from './helpers/people.ts';
import { shop as commands } from './helpers/shop.ts';

const shop = generateShop({ seed: 1, orders: 1 });
const line = shop.lines.find((one) => one.includes('/turning/'))!;
const never = new AbortController().signal;
const about = { line, order: 'TRY-1', actor: undefined };

/** An edge of the shop's lines that lets in anybody, until it is told of people. */
async function openStage() {
  const directory = testFolder();
  const [httpPort] = await freePorts(1);
  const config = {
    ...{ storePath: join(directory, 'edge.sqlite'), natsUrl: 'nats://127.0.0.1:9' },
    ...{ logLevel: 'silent', httpPort, lines: shop.lines.map((path) => ({ line: path })) },
  };
  let edge = await startEdge(readEdgeConfig(config));
  onTestFinished(() => edge.close());
  const stage = {
    edgeUrl: edge.url,
    async restartEdge(more: Record<string, unknown>): Promise<void> {
      await edge.close();
      edge = await startEdge(readEdgeConfig({ ...config, ...more }));
    },
  };
  return { stage, directory, peoplePath: join(directory, 'people.json') };
}

test('one of each role signs in with what is printed, and may do what the role may', async () => {
  const { stage, directory, peoplePath } = await openStage();
  const text = await openDoors(stage, shop, directory, never);
  const told = [...text.matchAll(/sign in as (\w+) +PIN (\d+)$/gm)].map(([, name, pin]) => {
    return { name: name!, pin: pin! };
  });
  expect(told.map(({ name }) => name)).toEqual(roles);
  expect(new Set(told.map(({ pin }) => pin)).size).toBe(roles.length);

  const bytes = readFileSync(peoplePath);
  const { people, tokens } = readPeople(bytes);
  expect(statSync(peoplePath).mode & 0o777).toBe(0o600);
  expect(tokens).toEqual([]);
  expect(people.map(({ name, roles: own }) => [name, own])).toEqual(
    roles.map((role) => [role, [role]]),
  );
  const page = `${stage.edgeUrl}/line.html?line=${encodeURIComponent(line)}`;
  expect(text).toContain(`Order TRY-1 waits for you at ${page}\n`);
  expect((await fetch(page)).status).toBe(200);
  const { facts } = await read<Status>(stage.edgeUrl, '/v1/status');
  expect(facts).toMatchObject([{ type: 'OrderReleased', line, order: 'TRY-1' }]);

  const may = { operator: true, lead: true, quality: false, technician: false };
  for (const [index, { name, pin }] of told.entries()) {
    checkPin(pin);
    expect(await isPin(pin, people[index]!.pin!)).toBe(true);
    expect(bytes.includes(`"${pin}"`)).toBe(false);
    const screen = openScreen(stage.edgeUrl);
    const { status, body } = await screen.signIn({ name, pin });
    expect([status, body.person?.id]).toEqual([200, people[index]!.id]);
    const hoursLeft = (body.person!.credentialUntilMs - Date.now()) / 3_600_000;
    expect(hoursLeft > 23 && hoursLeft <= 24).toBe(true);
    const operation = name === 'lead' ? '0020' : '0010';
    const asked = await screen.ask([commands.start({ ...about, operation })]);
    const isAccepted = asked.body.answers?.[0]?.status === 'accepted';
    expect([name, isAccepted]).toEqual([name, may[name as keyof typeof may]]);
  }
  const stranger = await openScreen(stage.edgeUrl).ask([commands.start(about)]);
  expect(stranger.status).toBe(401);
});

test('the order is one more of the shop, at a line where it turns', () => {
  const { orders, ...rest } = withTrial(shop);
  const { orders: before, ...same } = shop;
  expect(rest).toEqual(same);
  expect(orders.slice(0, -1)).toEqual(before);
  const { order, operations } = orders.at(-1)!;
  expect(order).toBe('TRY-1');
  expect(operations.map((one) => [one.operation, one.line])).toEqual([
    ...[
      ['0010', line],
      ['0020', line],
    ],
  ]);
});

test('where the edge does not take the order nobody is let in', async () => {
  const { stage, directory, peoplePath } = await openStage();
  const taken = commands.release({}, 'TRY-1', { line });
  expect(await ask(stage.edgeUrl, [taken], never)).toMatchObject([{ status: 'accepted' }]);
  await expect(openDoors(stage, shop, directory, never)).rejects.toThrow(/^TRY-1: \S/);
  expect(existsSync(peoplePath)).toBe(false);
});
