import { store, whole } from './enrol.ts';
import {
  choice,
  type Field,
  id,
  invalid,
  list,
  optional,
  prose,
  type Read,
  record,
  text,
} from './field.ts';
import { readJson } from './json.ts';
import { instantMs } from './vocabulary.ts';

/** Most commands in one answer, */
export const sentMax = 100;
/** and most bytes of them, as JSON; one that is alone may be larger. */
export const sentBytesMax = 256 * 1024;

const askFields = {
  ...{ store, epoch: whole('Epoch of the line.', 1) },
  after: whole('Every command up to this number has an outcome here.'),
};
/** What the writer of a line asks central: what has it for us behind this number? */
type CommandsAsk = Read<typeof askFields>;

/** What is asked for, as whoever sent it wrote it; read by the edge that it is for. */
const content: Field<Readonly<Record<string, unknown>>> = {
  doc: 'Type, what it is about, and body.',
  read(value, name) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    throw invalid(name, 'must be an object');
  },
};
const sentFields = {
  number: whole('1, 2, 3 … of the line.', 1),
  commandId: id('The same however often it is told.', 64),
  command: content,
  atMs: instantMs('When central took it down, Unix ms.'),
  by: id('Who asks for it.', 64),
  reason: prose('Why.'),
};
const answerFields = {
  answer: choice("Whether the line is this store's.", ['told', 'refused']),
  reason: optional(text('Why not, for people.', 300)),
  newest: whole('Number of the last command that there is; 0 for none.'),
  commands: list(record('One command.', sentFields), sentMax),
};
/** A command on its way down. */
export type SentCommand = Read<typeof sentFields>;
/** Central's answer: the commands behind the number, in order, as many as fit. */
type CommandsAnswer = Read<typeof answerFields>;

// Each throws Fault INVALID that names the field.
export const decodeCommandsAsk = (bytes: Uint8Array): CommandsAsk =>
  readJson(askFields, bytes, 'cmd');
export const decodeCommandsAnswer = (bytes: Uint8Array): CommandsAnswer =>
  readJson(answerFields, bytes, 'cmd');

/** Whether central, for the line, asks in the name of somebody: "person:…" or "system:…". */
export const sender: Field<string> = {
  doc: 'In whose name: "person:…" or "system:…".',
  read(value, name) {
    const actor = id('', 64).read(value, name);
    if (/^(?:person|system):./.test(actor)) return actor;
    throw invalid(name, 'must begin with "person:" or "system:"');
  },
};
