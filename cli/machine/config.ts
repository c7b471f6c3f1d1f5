import {
  choice,
  fallback,
  flag,
  integer,
  invalid,
  list,
  optional,
  type Read,
  readFields,
  record,
  text,
} from '../../shared/field.ts';
import { actNames } from './acts.ts';
import { lastOf } from './register.ts';

/** Namespace of everything that a simulated machine adds. */
export const namespaceUri = 'urn:holdfast:machine';

export const profiles = ['packml-opc30050', 'packml-tags', 'generic', 'okuma'] as const;
export type Profile = (typeof profiles)[number];

/** What a simulated machine is told at its start. */
export const machineFields = {
  profile: choice('How it tells its state and its counts.', profiles),
  folder: text('Folder for its certificates, and for what it keeps without power.', 4_096),
  unit: fallback(text('Its name in the address space.', 40), 'Filler'),
  units: fallback(
    list(text('Name of a further unit of the same kind, on the same server.', 40), 20),
    [],
  ),
  port: fallback(integer('Of 127.0.0.1; 0 for a free one.', 0, 65_535), 0),
  advertised: optional(integer('Port that it tells clients: of a link before it.', 1, 65_535)),
  security: fallback(choice('Sign and encrypt, or nothing.', ['encrypted', 'none']), 'encrypted'),
  user: fallback(text('User that may connect, if encrypted.', 100), 'edge'),
  password: fallback(text('Of that user.', 100), 'edge-password'),
  trustAll: fallback(
    flag("Takes any client's certificate; else those in pki-0/pki/trusted/certs."),
    true,
  ),
  bits: fallback(integer('Width of its counters.', 8, 32), 32),
  signed: fallback(flag('Counters have a sign, and wrap to their least value.'), true),
  decimals: fallback(integer('Decimals of its counters; generic only.', 0, 3), 0),
  counterFrom: fallback(integer('First value of its counters.', 0, 2 ** 32 - 1), 0),
  perS: fallback(integer('Pieces a second while it executes.', 0, 1_000), 0),
  badPerMille: fallback(integer('So many of 1,000 are bad.', 0, 1_000), 0),
  seed: fallback(integer('For what is left to chance.', 0, 2 ** 32 - 1), 1),
  actingMs: fallback(integer('How long a state such as Starting lasts, ms.', 1, 600_000), 200),
  jobs: fallback(flag('Takes jobs by ISA-95 Job Control.'), false),
  jobWaitMs: fallback(integer('It runs a job so long after its Start, ms.', 0, 600_000), 500),
  loadTags: fallback(integer('Further variables Load0 …, for load.', 0, 10_000), 0),
  loadEveryMs: fallback(integer('How often each changes, ms; 0 for never.', 0, 60_000), 0),
  plays: fallback(flag('A recording begins by itself; else with the act play.'), true),
  lively: fallback(flag('It starves, breaks down, inspects and changes lots by itself.'), false),
  speed: fallback(integer('So many times faster: a lively one, and a recording.', 1, 10_000), 1),
  script: fallback(
    list(
      record('A step of what it does.', {
        waitMs: integer('How long after the step before, ms.', 0, 3_600_000),
        act: choice('What it does then.', actNames),
        with: optional({ doc: 'As the control port takes it.', read: (value) => value }),
      }),
      1_000,
    ),
    [],
  ),
} as const;

export type MachineConfig = Read<typeof machineFields>;
/** What must be told, and what may be. */
export type MachineOptions = Readonly<{ profile: Profile }> & Partial<MachineConfig>;

/** Throws Fault INVALID that names every mistake of a field, or what two of them are together. */
export function readConfig(given: unknown): MachineConfig {
  const config = readFields(machineFields, given, 'machine');
  const { profile, bits, signed, counterFrom } = config;
  if (counterFrom > lastOf({ bits, signed })) {
    const last = lastOf({ bits, signed });
    throw invalid('machine.counterFrom', `must be at most ${last}, with ${bits} bits`);
  }
  if (profile === 'packml-opc30050' && bits === 32 && !signed) {
    throw invalid('machine.signed', 'must be true: counts of OPC 30050 are of 32 bits with a sign');
  }
  const names = unitsOf(config);
  if (new Set(names).size < names.length) {
    throw invalid('machine.units', `must each have a name of its own, of ${names.join(', ')}`);
  }
  if (profile === 'okuma' && names.length > 1) {
    throw invalid('machine.units', 'must be empty with okuma: it is the recording of one machine');
  }
  if (profile !== 'generic' && config.decimals > 0) {
    throw invalid('machine.decimals', `must be 0: counts of ${profile} are whole`);
  }
  return config;
}

/** The names of all its units, the first before the further ones. */
export const unitsOf = ({ unit, units }: Pick<MachineConfig, 'unit' | 'units'>): string[] => [
  unit,
  ...units,
];
