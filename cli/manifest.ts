import type { ForeignEvent } from './foreign.ts';
import { grouped, table } from './progress.ts';

/** What a foreign log brings: how much of what, for which lines, and from when to when. */
export type Manifest = Readonly<{
  commands: Readonly<Record<string, number>>;
  lines: Readonly<Record<string, number>>;
  firstMs: number | null;
  lastMs: number | null;
}>;

/** Most lines that are told of one by one. */
const shownMax = 50;

/** Counts what can be read, row by row. */
export function openManifest() {
  const commands: Record<string, number> = {};
  const lines: Record<string, number> = {};
  let firstMs: number | null = null;
  let lastMs: number | null = null;
  return {
    note({ type, line, atMs }: ForeignEvent): void {
      commands[type] = (commands[type] ?? 0) + 1;
      lines[line] = (lines[line] ?? 0) + 1;
      firstMs = Math.min(firstMs ?? atMs, atMs);
      lastMs = Math.max(lastMs ?? atMs, atMs);
    },
    told: (): Manifest => ({ commands, lines, firstMs, lastMs }),
  };
}

/** What would be sent, for people; with the lines that the edge has, which of them it lacks. */
export function manifestText(manifest: Manifest, known?: readonly string[]): string {
  const { commands, lines, firstMs, lastMs } = manifest;
  const time = (atMs: number) => new Date(atMs).toISOString();
  const shown = Object.entries(lines).sort(([a], [b]) => (a < b ? -1 : 1));
  const isThere = (line: string): string =>
    known === undefined || known.includes(line) ? '' : 'the edge has no such line';
  return [
    table([
      ['would be asked', 'times'],
      ...Object.entries(commands).map(([type, count]) => [type, grouped(count)]),
    ]),
    '',
    table([
      ['of line', 'times', ''],
      ...shown.slice(0, shownMax).map(([line, count]) => [line, grouped(count), isThere(line)]),
    ]),
    ...(shown.length > shownMax ? [`and ${shown.length - shownMax} more lines`] : []),
    ...(firstMs === null || lastMs === null
      ? []
      : ['', `from ${time(firstMs)} to ${time(lastMs)}`]),
    '',
  ].join('\n');
}

/** The lines that a log names and an edge lacks, with what to do; nothing if it has all of them. */
export function missingText({ lines }: Manifest, known: readonly string[]): string {
  const missing = Object.keys(lines).filter((line) => !known.includes(line));
  if (missing.length === 0) return '';
  const listed = (paths: readonly string[]) => [
    ...paths.slice(0, shownMax).map((line) => `  ${line}`),
    ...(paths.length > shownMax ? [`  and ${paths.length - shownMax} more`] : []),
  ];
  return [
    'lines of the log that the edge does not have:',
    ...listed(missing),
    'lines that it has:',
    ...listed(known),
    'Name the place by --enterprise and --area, and the line that states whole orders by',
    '--planning; --partly brings what there are lines for.',
    '',
  ].join('\n');
}
