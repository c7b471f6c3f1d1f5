import { expect } from 'vitest';
import type { Said } from './natscli.ts';

/** Looks at what a command line was answered. */
export type Check = (said: Said) => void;
export const has =
  (expected: object): Check =>
  ({ json, code }) => {
    expect(code).toBeUndefined();
    expect(json).toMatchObject(expected);
  };
export const says =
  (words: RegExp): Check =>
  ({ text, code }) => {
    expect(code).toBeUndefined();
    expect(text).toMatch(words);
  };
export const refuses =
  (code: string, words: RegExp): Check =>
  (said) => {
    expect(said.code).toBe(code);
    expect(said.json.message).toMatch(words);
  };
