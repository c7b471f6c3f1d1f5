import sax from 'sax';
import { invalid } from '../../shared/field.ts';
import type { Row } from './row.ts';

/** Deepest element that is read. */
const depthMax = 30;

/** Words of a lot's status, in B2MML or as plants write them, that hold it; in small letters, */
const holding = [
  ...['hold', 'onhold', 'held', 'quarantine', 'quarantined', 'restricted', 'blocked'],
  ...['rejected', 'invalid', 'unusable'],
];
/** and those that free it. */
const freeing = ['released', 'valid', 'approved', 'unrestricted', 'available'];

type Lot = { id?: string; status?: string; description?: string };

/**
 * What a B2MML message says of lots: of each `MaterialLot` its `ID`, its `Status` or `Disposition`,
 * and its `Description`; in whose name by the `LogicalID` of its sender. Namespaces are not looked
 * at, so that messages of every version are read, and nothing else in them is.
 *
 * Throws Fault INVALID for what is no XML, has a DOCTYPE, is deeper than 30 elements, or whose
 * status is no word that is known.
 */
export function readB2mml(text: string): Row[] {
  const lots: Lot[] = [];
  let sender = 'b2mml';
  let lot: { at: number; said: Lot } | undefined;
  const path: string[] = [];
  let words = '';
  const parser = sax.parser(true, { xmlns: false, trim: true });
  parser.onerror = (error) => {
    throw invalid('file', `is no XML: ${error.message.split('\n')[0]}`);
  };
  parser.ondoctype = () => {
    throw invalid('file', 'must have no DOCTYPE');
  };
  parser.onopentag = ({ name }) => {
    if (path.length >= depthMax) throw invalid('file', `must be at most ${depthMax} elements deep`);
    path.push(name.slice(name.indexOf(':') + 1));
    if (path.at(-1) === 'MaterialLot' && lot === undefined) lot = { at: path.length, said: {} };
    words = '';
  };
  parser.ontext = (more) => {
    words += more;
  };
  parser.oncdata = (more) => {
    words += more;
  };
  parser.onclosetag = () => {
    const name = path.at(-1)!;
    const said = words.trim();
    if (name === 'LogicalID' && path.includes('Sender') && said !== '') sender = said;
    if (lot && path.length === lot.at + 1) note(lot.said, name, said);
    if (lot && path.length === lot.at) {
      lots.push(lot.said);
      lot = undefined;
    }
    path.pop();
    words = '';
  };
  parser.write(text).close();
  return lots.map((one, index) => rowOf(one, `system:${sender}`.slice(0, 64), index + 1));
}

function note(lot: Lot, name: string, said: string): void {
  if (said === '') return;
  if (name === 'ID') lot.id ??= said;
  if (name === 'Status' || name === 'Disposition') lot.status = said;
  if (name === 'Description') lot.description ??= said;
}

/** A lot whose status is not known is told as such: nobody guesses what quality means. */
function rowOf({ id, status, description }: Lot, by: string, at: number): Row {
  const word = (status ?? '').toLowerCase().replace(/[^a-z]/g, '');
  const reason = (description ?? `status ${status ?? ''}`).slice(0, 200);
  const said = { by, reason, ...(id === undefined ? {} : { lot: id }) };
  if (holding.includes(word)) return { operation: 'hold', ...said, once: true };
  if (freeing.includes(word)) return { operation: 'release', ...said, once: true };
  const known = [...holding, ...freeing].join(', ');
  const shown = JSON.stringify((status ?? '').slice(0, 40));
  return { broken: `MaterialLot ${at}.Status: ${shown} is none of ${known}` };
}
