import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Json, parseJson, plainDecimal } from '../cli/json.ts';
import fc from './helpers/check.ts';
import { testShared } from './helpers/shared.ts';

describe('JSON is read strictly', () => {
  const plain = (value: Json): unknown => {
    if (value instanceof Map) {
      return Object.fromEntries([...value].map(([key, of]) => [key, plain(of)]));
    }
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'object' && value && 'numeral' in value) return Number(value.numeral);
    return value;
  };

  test('whatever JSON.stringify writes is read back', () => {
    const options = { maxDepth: 6, depthSize: 'small' } as const;
    fc.assert(
      fc.property(fc.jsonValue({ ...options, stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        expect(plain(parseJson(text, 'it'))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a numeral keeps every digit', () => {
    const spelt = (numeral: string) => plainDecimal({ numeral });
    expect(spelt('9007199254740993')).toBe('9007199254740993');
    expect(['-0', '0.50', '1e2', '12.5e-3', '-3.0', '1e31'].map(spelt)).toEqual([
      ...['0', '0.5', '100', '0.0125', '-3', undefined],
    ]);
  });

  testShared('vectors/jsontestsuite/test_parsing', 'as JSONTestSuite says', (folder) => {
    const wanted: Record<string, boolean> = { y: true, n: false };
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for (const name of readdirSync(folder)) {
      const taken = (() => {
        try {
          parseJson(decoder.decode(readFileSync(join(folder, name))), name);
          return true;
        } catch {
          return false;
        }
      })();
      const twice = name.startsWith('y_object_duplicated_key');
      expect([name, taken]).toEqual([name, twice ? false : (wanted[name[0]!] ?? taken)]);
    }
  });
});
