// Makes the recording that a machine plays out of a controller's own: node test/machine/record.ts
// okuma.txt.gz cli/machine/okuma.jsonl.gz. What it changes stands in the recording's first line.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Items that are kept; positions, surface speeds and what never changes are left out. */
const kept = new Set([
  ...['avail', 'estop', 'pmode', 'fmode', 'pprogram', 'pexecution', 'ppartcount', 'pCuttingTime'],
  ...['p1CurrentTool', 'p1ToolAssetId', 'p1BlockNumber', 'p1Fact', 'pFovr', 'S1speed', 'S1load'],
  ...['S1cmd', 'S2speed', 'S6speed', 'S6load', 'X1load', 'Z1load', 'Z4load', 'YS1load'],
  ...['S1ChuckState', 'S2ChuckState'],
]);

export const head = {
  source: 'https://github.com/mtconnect/cppagent, demo/agent/okuma.txt',
  licence: 'Apache-2.0',
  changes:
    'Sessions put in the order of their times; items chosen; assets, conditions and empty values ' +
    'left out; times as ms since the begin; late rows stay where they were.',
  machine: 'OKUMA MULTUS, OSP-P300SA-H, 2022-08-08',
};

type Row = [ms: number, ...said: string[]];
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z)\|(.*)$/;

/** The rows of SHDR text, session by session; a session begins where the machine is available. */
export function recordingOf(text: string): Row[] {
  const sessions: Row[][] = [];
  for (const line of text.split('\n')) {
    const [, time, rest] = stamped.exec(line.trim()) ?? [];
    if (time === undefined || rest === undefined || rest.startsWith('@')) continue;
    const words = rest.split('|');
    if (words[0] === 'avail' || sessions.length === 0) sessions.push([]);
    const said: string[] = [];
    for (let index = 0; index + 1 < words.length; index += 2) {
      const [item = '', value = ''] = words.slice(index, index + 2);
      if (kept.has(item) && value !== '') said.push(item, value);
    }
    if (said.length > 0) sessions.at(-1)!.push([Date.parse(time), ...said]);
  }
  const filled = sessions.filter((rows) => rows.length > 0).sort(([a], [b]) => a![0] - b![0]);
  const beginMs = filled[0]?.[0]?.[0] ?? 0;
  return filled.flat().map(([ms, ...said]) => [ms - beginMs, ...said]);
}

if (import.meta.main) {
  const [from, to] = process.argv.slice(2);
  if (!from || !to) {
    console.error('usage: node test/machine/record.ts RECORDING.txt.gz TO.jsonl.gz');
    process.exit(1);
  }
  const rows = recordingOf(gunzipSync(readFileSync(from)).toString());
  const lines = [head, ...rows].map((line) => JSON.stringify(line));
  const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 });
  writeFileSync(to, bytes);
  console.log(`${rows.length} rows, ${bytes.length} bytes`);
}
