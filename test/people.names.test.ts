// Goal: a name is a text: whatever it is made of, it is found, told and signed as it was given.
// Method: the big list of naughty strings, as names of people and as what is typed at the door.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { openPeopleBook } from '../edge/people/file.ts';
import { Fault } from '../shared/fault.ts';
import { type Person, readPeople, spoken } from '../shared/people.ts';
import { testFolder } from './helpers/folder.ts';
import { accepted, pins, samplePeople, startManned, writePeople } from './helpers/people.ts';
import { testShared } from './helpers/shared.ts';
import { type command, shop } from './helpers/shop.ts';

const list = 'vectors/blns/blns.json';
const mine = ({ actor: _, ...rest }: ReturnType<typeof command>) => rest;

/** Everybody with a name of the list that may be one, each name as it is spoken but once. */
async function naughtyPeople(path: string) {
  const file = await samplePeople();
  const [ada] = file.people;
  const names = JSON.parse(readFileSync(path, 'utf8')) as string[];
  const people: Person[] = [];
  const spokenBefore = new Set<string>();
  for (const [index, name] of names.entries()) {
    const one = { ...ada!, badges: [], id: `person:blns-${index}`, name };
    try {
      readPeople(Buffer.from(JSON.stringify({ ...file, people: [one] })));
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'INVALID')) throw error;
      expect(error.message).toContain('people.people[0].name: must be 1 to 60 characters');
      continue;
    }
    if (spokenBefore.has(spoken(name))) continue;
    spokenBefore.add(spoken(name));
    people.push({ ...one, name: name.normalize('NFC') });
  }
  return { names, file: { ...file, people } };
}

testShared(list, 'every name of the list that may be one finds its person', async (path) => {
  const { names, file } = await naughtyPeople(path);
  expect(file.people.length).toBeGreaterThan(300);
  const written = `${testFolder()}/people.json`;
  writePeople(written, file);
  const book = openPeopleBook({ path: written, monotonicMs: () => 0, troubled: () => undefined });
  for (const { id, name } of file.people) {
    expect(book.named(name)?.id).toBe(id);
    expect(book.named(` ${name.normalize('NFD')} `)?.id).toBe(id);
  }
  for (const name of names) book.named(name); // whatever is typed
});

testShared(list, 'such people sign in and sign, and are told as they are called', async (path) => {
  const { file } = await naughtyPeople(path);
  const plant = await startManned({}, () => file);
  const step = Math.floor(file.people.length / 9);
  for (const { id, name } of file.people.filter((_, index) => index % step === 0)) {
    const screen = plant.screen();
    const proof = { name, pin: pins.ada };
    expect((await screen.signIn(proof)).body.person).toMatchObject({ id, name });
    const hold = { ...mine(shop.hold(`H ${id}`, 'line')), commandId: `c ${id}` };
    accepted(await screen.ask([hold], { ...proof, meaning: 'seen' }));
    const [signed] = (await plant.facts()).slice(-1);
    expect(signed).toMatchObject({ type: 'PersonSigned', actor: id, body: { name } });
    await screen.signOut();
  }
});

testShared(list, 'what nobody is called is answered in the same words', async (path) => {
  const { names } = await naughtyPeople(path);
  const plant = await startManned();
  const step = Math.ceil(names.length / 15);
  for (const name of names.filter((_, index) => index % step === 1)) {
    const { status, body } = await plant.screen().signIn({ name, pin: '999999' });
    if (status === 400)
      expect(body.message).toBe('session.name: must be a text of 1 to 200 characters');
    else expect([status, body.message]).toEqual([401, 'name, badge or PIN is wrong']);
  }
});
