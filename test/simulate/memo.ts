type Given = readonly unknown[];

const isPlain = (value: unknown): boolean =>
  ['string', 'number', 'bigint'].includes(typeof value) || value === null;
const copyOf = (row: unknown): unknown =>
  row !== null && typeof row === 'object' && !Buffer.isBuffer(row) && !Array.isArray(row)
    ? { ...row }
    : row;

/**
 * What a statement that only reads was answered, for as long as `version` stays: nothing was
 * written since. Whoever asks gets rows of their own.
 */
export function openMemo(version: () => number) {
  const answers = new Map<string, unknown>();
  let known = version();

  return (given: Given, ask: () => unknown): unknown => {
    if (!given.every(isPlain)) return ask();
    if (known !== version()) answers.clear();
    known = version();
    const key = given.length === 1 ? `${typeof given[0]} ${given[0]}` : given.join('\0');
    const found = answers.get(key);
    if (found !== undefined || answers.has(key)) {
      return Array.isArray(found) ? found.map(copyOf) : copyOf(found);
    }
    const answer = ask();
    answers.set(key, Array.isArray(answer) ? answer.map(copyOf) : copyOf(answer));
    return answer;
  };
}
