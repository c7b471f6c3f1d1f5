import { choice, flag, id, list, optional, prose, record, text } from './field.ts';

/** What an act at central's desk may be about. */
export const aboutKinds = [
  ...(['posting', 'order', 'lot', 'serial', 'hold', 'receipt', 'fact', 'line', 'site'] as const),
  ...(['set', 'rework', 'inspection', 'rules'] as const),
] as const;
export type About = Readonly<{ kind: (typeof aboutKinds)[number]; name: string }>;

/** The ways by which the desk is asked; `config`: what the configuration says when it is read. */
export const deskWays = ['nats', 'http', 'file', 'config'] as const;

/** Most things that one act is about. */
export const aboutMax = 50;
/** Longest text of what was asked, characters; of more its SHA-256 is kept. */
export const askedMax = 8_000;

/** What central itself states, on a line of its own: what was done at its desk. */
export const deskBodies = {
  DeskActed: {
    act: id('Operation of the desk, e.g. "settle".', 40),
    about: list(
      record('One of them.', {
        kind: choice('What it is.', aboutKinds),
        name: text('Its name: key, number or id.', 200),
      }),
      aboutMax,
    ),
    outcome: text('What came of it.', 200),
    reason: optional(prose('Why.', 400)),
    proved: flag('True where it is proved that who is named has asked.'),
    way: choice('By which way it was asked.', deskWays),
    credential: optional(id('By what it is proved: a public key, or the name of a token.', 100)),
    first: optional(id('Who had proposed what is decided.', 64)),
    firstProved: optional(flag('Whether that name was proved.')),
    asked: optional(
      text('What was asked besides, as JSON; or how long it is, and its SHA-256.', askedMax),
    ),
  },
};
