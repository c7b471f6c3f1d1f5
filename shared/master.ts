import { choice, id, list, optional, type Read, record } from './field.ts';

/** Kinds of master record that a plant works by (ISA-95: what is made, of what, how, to what). */
export const masterKinds = ['item', 'bom', 'routing', 'specification', 'workCenter'] as const;
export type MasterKind = (typeof masterKinds)[number];

const versionFields = {
  kind: choice('Kind of master record.', masterKinds),
  record: id('Its number.'),
  version: id('Its version, revision or edition, as its owner names it.'),
};
/** One version of one master record. */
export type MasterVersion = Read<typeof versionFields>;
export const masterVersion = record('One version of one master record.', versionFields);

/** Most versions that a release names. */
const namedMax = 20;
/** What an order was released with. */
export const versions = optional(list(masterVersion, namedMax));
