// Goal: an edge that is killed between tap and answer signs nobody out and does nothing twice.
// Method: the real program, killed with SIGKILL while commands and signatures are under way; the
// screen goes on with its cookie and asks the same once more.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../cli/port.ts';
import { type Program, startProgram } from '../cli/program.ts';
import { verifyStore } from '../edge/verification.ts';
import { decodeContent } from '../shared/codec.ts';
import { openReplica } from '../shared/replica.ts';
import { testFolder } from './helpers/folder.ts';
import {
  accepted,
  configOf,
  openScreen,
  pins,
  samplePeople,
  token,
  writePeople,
} from './helpers/people.ts';
import { type command, shop } from './helpers/shop.ts';

const rounds = 6;
const mine = ({ actor: _, ...rest }: ReturnType<typeof command>) => rest;

/** A program that is killed and started anew at the same address. */
async function openPlant() {
  const directory = testFolder();
  const [httpPort] = await freePorts(1);
  const config = configOf(directory, { httpPort, logLevel: 'debug' });
  writePeople(config.peoplePath, await samplePeople());
  let program: Program | undefined;
  const start = async () => {
    program = await startProgram({ name: 'edge', entry: 'edge/main.ts', config, directory });
    return program;
  };
  const kill = async () => program?.kill();
  onTestFinished(kill);
  return { directory, config, start, kill };
}

test('killed between tap and answer: signed in still, and each tap counts once', async () => {
  const plant = await openPlant();
  const { url } = await plant.start();
  const screen = openScreen(url);
  const proof = { name: 'Ada Lovelace', pin: pins.ada };
  await screen.signIn(proof);
  const seeded = openScreen(url, { authorization: `Bearer ${token}` });
  const mes = (one: object) => ({ ...one, actor: 'system:mes' });
  accepted(await seeded.ask([shop.release(), shop.start(), shop.phase('R1')].map(mes)));

  for (let round = 0; round < rounds; round++) {
    const taps = [mine(shop.report('R1')), mine(shop.hold(`H${round}`, 'line'))];
    const signature = { ...proof, meaning: `seen ${round}` };
    const answer = screen.ask(taps, signature).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, round * 20));
    await plant.kill();
    await answer;
    await plant.start();
    expect((await screen.session()).body.person?.id).toBe('person:17');
    const first = accepted(await screen.ask(taps, signature));
    expect(accepted(await screen.ask(taps, signature))).toEqual(first);
  }
  await plant.kill();

  const db = openReplica(plant.config.storePath);
  const facts = db
    .prepare<[], Buffer>('SELECT bytes FROM event ORDER BY position')
    .pluck()
    .all()
    .map(decodeContent);
  db.close();
  const count = (type: string) => facts.filter((fact) => fact.type === type).length;
  expect(count('QuantityReported')).toBe(rounds);
  expect(count('HoldPlaced')).toBe(rounds);
  expect(count('PersonSigned')).toBe(2 * rounds);
  expect([count('PersonSignedIn'), count('PersonSignedOut')]).toEqual([1, 0]);
  expect(verifyStore(plant.config.storePath)).toMatchObject({ found: 0 });

  const cookie = screen.cookie()!.split('=')[1]!;
  for (const name of readdirSync(plant.directory)) {
    const bytes = readFileSync(join(plant.directory, name));
    for (const secret of [pins.ada, cookie, token]) {
      expect([name, bytes.includes(secret)]).toEqual([name, false]);
    }
  }
});
