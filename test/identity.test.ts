import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  besideId,
  eventIds,
  idBytes,
  idText,
  isId,
  nameId,
  systemRandom,
} from '../shared/identity.ts';

const random = () => Buffer.from('18c4dc0c0c07398f', 'hex');

test('UUIDv7 as RFC 9562 lays it out, counting within one ms', () => {
  const next = eventIds(() => 0x017f22e279b0, random);
  expect([next(), next()]).toEqual([
    '017f22e2-79b0-7000-98c4-dc0c0c07398f',
    '017f22e2-79b0-7001-98c4-dc0c0c07398f',
  ]);
});

test('T1: ids rise while the clock stands still, jumps and steps back', () => {
  const times = [
    5,
    5,
    9,
    9,
    3,
    1,
    9,
    10,
    0,
    1_000,
    999,
    ...Array(10_000).fill(1_000),
    1_002,
    1_003,
  ];
  const clock = times.values();
  const next = eventIds(() => clock.next().value!, systemRandom);
  const ids = times.map(next);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(times.length);
  expect(ids.every(isId)).toBe(true);
});

test('ids go on above those of the process before, though the clock was set back', () => {
  const before = eventIds(() => 5_000, systemRandom)();
  const next = eventIds(() => 1_000, systemRandom, before);
  const ids = [before, next(), next()];
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids.map((id) => id.slice(0, 13)))).toEqual(
    new Set(['00000000-1388', '00000000-1389']),
  );
});

test('UUIDv5 as in the example of RFC 9562', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  expect(nameId(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('an id beside another keeps its 48 bits of time, and the rest is of both and the name', () => {
  const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
  const made = besideId(id, 'x');
  const digest = createHash('sha256').update(`${id}\nx`).digest('hex');
  expect(isId(made)).toBe(true);
  expect(made.slice(0, 15)).toBe('017f22e2-79b0-8');
  expect(made.slice(15, 18)).toBe(digest.slice(0, 3));
  expect(made.replaceAll('-', '').slice(17)).toBe(digest.slice(4, 19));
  const others = ['y', 'z', '', 'x\n'].map((name) => besideId(id, name));
  expect(new Set([made, besideId(id, 'x'), ...others]).size).toBe(5);
  const variants = Array.from({ length: 200 }, (_, name) => besideId(id, `${name}`)[19]!);
  expect([...new Set(variants)].sort()).toEqual([...'89ab']);
  const later = besideId('017f22e2-79b1-7000-8000-000000000000', 'x');
  expect(later > made).toBe(true);
});

test('an id is 16 bytes and back', () => {
  const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
  expect(idBytes(id)).toHaveLength(16);
  expect(idText(idBytes(id))).toBe(id);
});

const none = [
  '',
  'x',
  7,
  null,
  '017F22E2-79B0-7CC3-98C4-DC0C0C07398F',
  '017f22e279b07cc398c4dc0c0c07398f',
];
test.each(none)('%j is no id of ours', (value) => {
  expect(isId(value)).toBe(false);
});
