import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readInstant } from '../cli/instant.ts';
import { testShared } from './helpers/shared.ts';

describe('T5: times are read as RFC 3339 writes them', () => {
  const noon = Date.UTC(2012, 0, 2, 12);
  test.each([
    ['2012-01-02T12:00:00Z', noon],
    ['2012-01-02t12:00:00z', noon],
    ['2012-01-02T12:00:00.000+00:00', noon],
    ['2012-01-02T12:00:00-00:00', noon],
    ['2012-01-03T02:00:00+14:00', noon],
    ['2012-01-02T12:00:00.1234567Z', noon + 123],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2012-02-29T00:00:00.9Z', Date.UTC(2012, 1, 29) + 900],
  ])('%s', (text, atMs) => {
    expect(readInstant(text, 'ts')).toBe(atMs);
  });

  test.each([
    ...['2012/1/2 0:00:00', '2012-01-02', '2012-01-02T24:00:00Z', '2012-01-02T12:00:00'],
    ...['2012-W01-1T00:00:00Z', '2013-02-29T00:00:00Z', '2012-01-02T12:00:60Z'],
    ...['2012-01-02 12:00:00Z', '2012-01-02T12:00:00.Z', '2012-01-02T12:00:00+24:00', ''],
  ])('not %s', (text) => {
    expect(() => readInstant(text, 'ts')).toThrow('ts: must be a time by RFC 3339');
  });

  test('T5: seven digits turn no two times round', () => {
    const at = (digits: number) => readInstant(`2012-01-02T12:00:00.${digits}Z`, 'ts');
    for (let digits = 1_239_990; digits < 1_240_010; digits++) {
      expect(at(digits + 1)).toBeGreaterThanOrEqual(at(digits));
    }
    expect([at(1_239_999), at(1_240_000)]).toEqual([noon + 123, noon + 124]);
  });

  testShared('vectors/json-schema-formats/date-time.json', 'T5: as JSON Schema says', (path) => {
    type Group = { tests: { data: unknown; valid: boolean; description: string }[] };
    const groups = JSON.parse(readFileSync(path, 'utf8')) as Group[];
    for (const { data, valid, description } of groups.flatMap(({ tests }) => tests)) {
      if (typeof data !== 'string') continue;
      const instant = () => readInstant(data, description);
      if (valid) expect(instant()).toBeTypeOf('number');
      else expect(instant, description).toThrow('RFC 3339');
    }
  });
});
