import type { Row } from './row.ts';
import { inspectionOf } from './testresult.ts';
import { all, around, type Element, readXml, said } from './xml.ts';

/** Words of a lot's status, in B2MML or as plants write them, that hold it; in small letters, */
const holding = [
  ...['hold', 'onhold', 'held', 'quarantine', 'quarantined', 'restricted', 'blocked'],
  ...['rejected', 'invalid', 'unusable'],
];
/** and those that free it. */
const freeing = ['released', 'valid', 'approved', 'unrestricted', 'available'];

/** In whose name a message is taken that does not say who has sent it. */
export const unnamed = 'system:b2mml';

/**
 * What a B2MML message says of lots: of each `MaterialLot` its `ID`, its `Status` or `Disposition`,
 * and its `Description`; and of each `TestResult` the result of an inspection; in whose name by the
 * `LogicalID` of its sender. Namespaces are not looked at, so that messages of every version are
 * read, and nothing else in them is. A lot that has results and no status says nothing of itself.
 *
 * Throws Fault INVALID for what is no XML, has a DOCTYPE, or is deeper than 30 elements. A status
 * or a result that is no word that is known, and results within a result, are rows that tell so.
 */
export function readB2mml(text: string): Row[] {
  const root = readXml(text);
  let [by, lots, results] = [unnamed, 0, 0];
  const found: Element[] = [];
  for (const element of all(root)) {
    if (element.name === 'LogicalID' && element.text !== '' && around(element, 'Sender')) {
      by = `system:${element.text}`.slice(0, 64);
    }
    if (element.name === 'MaterialLot' && !around(element, 'MaterialLot')) found.push(element);
    if (element.name === 'TestResult') found.push(element);
  }
  return found.flatMap((element): Row[] => {
    if (element.name === 'TestResult') return [resultRow(element, by, ++results)];
    const row = lotRow(element, by, ++lots);
    return row === undefined ? [] : [row];
  });
}

function resultRow(element: Element, by: string, at: number): Row {
  if (!around(element, 'TestResult')) return inspectionOf(element, by, at);
  return { broken: `TestResult ${at}: stands within another one, and is not read` };
}

/** A lot whose status is not known is told as such: nobody guesses what quality means. */
function lotRow(element: Element, by: string, at: number): Row | undefined {
  const states = element.children.filter(
    ({ name, text }) => (name === 'Status' || name === 'Disposition') && text !== '',
  );
  const status = states.at(-1)?.text;
  const isTested = [...all(element)].some(({ name }) => name === 'TestResult');
  if (status === undefined && isTested) return undefined;
  const [lot, description] = [said(element, 'ID'), said(element, 'Description')];
  const word = (status ?? '').toLowerCase().replace(/[^a-z]/g, '');
  const reason = (description ?? `status ${status ?? ''}`).slice(0, 200);
  const row = { by, reason, ...(lot === undefined ? {} : { lot }) };
  if (holding.includes(word)) return { operation: 'hold', ...row, once: true };
  if (freeing.includes(word)) return { operation: 'release', ...row, once: true };
  const known = [...holding, ...freeing].join(', ');
  const shown = JSON.stringify((status ?? '').slice(0, 40));
  return { broken: `MaterialLot ${at}.Status: ${shown} is none of ${known}` };
}
