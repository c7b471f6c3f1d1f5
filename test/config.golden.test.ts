import { expect, test } from 'vitest';
import { fields, readEdgeConfig } from '../edge/config.ts';
import { sample } from '../shared/sample.ts';
import { m01, m02 } from './helpers/shop.ts';

const least = { storePath: '/var/lib/holdfast/edge.db', natsUrl: 'nats://127.0.0.1:4222' };
const standard = { template: 'discrete', policy: {} };
const lines = [{ line: m01 }, { line: m02, lanes: 7 }];

test('absent keys take their documented value, and the result is frozen', () => {
  const config = readEdgeConfig({ ...least, lines });
  expect(config).toEqual({
    ...{ ...least, environment: 'production' },
    lines: [
      { line: m01, lanes: 1, ...standard },
      { line: m02, lanes: 7, ...standard },
    ],
    ...{ units: [], diskBudgetMb: 8_192, keepDays: 90 },
    ...{ idleMs: 300_000, language: 'en' },
    ...{ host: '127.0.0.1', httpPort: 8080, ackTimeoutMs: 5_000, logLevel: 'info' },
  });
  expect(Object.isFrozen(config)).toBe(true);
});

const refused: [string, unknown, string][] = [
  ['no object', 'edge', 'config: must be an object'],
  ['a typo', { ...least, lines, ackTimeoutMS: 5 }, 'config.ackTimeoutMS: unknown'],
  ['no lines', { ...least, lines: [] }, 'config.lines: must name at least one line'],
  [
    'too many lines',
    { ...least, lines: Array(201).fill(lines[0]) },
    'config.lines: must be a list of at most 200',
  ],
  [
    'a line twice',
    { ...least, lines: [...lines, { line: m01, lanes: 2 }] },
    `config.lines: ${m01} stands there twice`,
  ],
  [
    "a leaf's monitoring that is no address of the web",
    { ...least, lines, leafMonitorUrl: '127.0.0.1:8222' },
    'config.leafMonitorUrl: must be like http://127.0.0.1:8222',
  ],
  [
    'no store: it would be gone with the process',
    { ...least, lines, storePath: '' },
    'config.storePath: must not be empty',
  ],
  [
    'a template that there is none of',
    { ...least, lines: [{ line: m01, template: 'pharma' }] },
    'config.lines[0].template: must be one of discrete, batch, regulated',
  ],
  [
    'a policy with a typo',
    { ...least, lines: [{ line: m01, policy: { foureyes: true } }] },
    'config.lines[0].policy.foureyes: unknown',
  ],
  [
    'a calendar in no zone',
    { ...least, lines, calendar: { timeZone: 'Europe/Atlantis' } },
    'config.calendar.timeZone: must be a time zone like Europe/Paris',
  ],
  [
    'a port that is none',
    { ...least, lines, httpPort: 65_536 },
    'config.httpPort: must be a whole number from 0 to 65535',
  ],
];
test.each(refused)('%s is refused by name', (_name, given, message) => {
  const fault = expect.objectContaining({ code: 'INVALID', message });
  expect(() => readEdgeConfig(given)).toThrow(fault);
});

test('every mistake is named at once, in every line', () => {
  const given = {
    ...{ natsUrl: 5, ackTimeoutMs: 99, storepath: 'x' },
    lines: [{ line: 'M01' }, { line: m02, lanes: 0, capacity: 3 }],
  };
  expect(() => readEdgeConfig(given)).toThrow(
    [
      'config.storepath: unknown',
      'config.storePath: must be a text of at most 4096 characters without control characters',
      'config.natsUrl: must be a text of at most 500 characters without control characters',
      'config.lines[0].line: must be enterprise/site/area/line, each of 1 to 40 letters, ' +
        'digits, blanks, "_" or "-"',
      'config.lines[1].capacity: unknown',
      'config.lines[1].lanes: must be a whole number from 1 to 1000',
      'config.ackTimeoutMs: must be a whole number from 100 to 60000',
    ].join('; '),
  );
});

test('the sample is printed from the table', () => {
  expect(sample(fields)).toBe(`\
# What all of this plant is. One of test, production. "production" if absent.
environment:

# SQLite file, on a local disk that honours fsync.
storePath:

# Most that the store and its write-ahead log may take, MB. 64 to 16777216. 8192 if absent.
diskBudgetMb:

# Days with facts that stay once central keeps them. 1 to 3650. 90 if absent.
keepDays:

# The leaf beside this edge, e.g. nats://127.0.0.1:4222.
natsUrl:

# File with the seed of this edge's NKey; read again at every connect. May be absent.
natsNkeyPath:

# PEM of the authority that signed the leaf’s certificate; with tls:// in natsUrl. May be absent.
natsCaPath:

# The leaf's HTTP monitoring; by it the edge knows why the hub refuses the leaf. May be absent.
leafMonitorUrl:

# Folder for the certificates of OPC UA; else one beside the store. May be absent.
opcuaPkiPath:

# File of people, as "holdfast people" writes it; without it nobody signs in. May be absent.
peoplePath:

# Somebody who does nothing for so long is signed out, ms. 10000 to 43200000. 300000 if absent.
idleMs:

# Language of the page. One of en, de, es, zh. "en" if absent.
language:

# A line that this edge owns, and nobody else. At most 200.
lines:

# Production days and shifts. May be absent.
calendar:

# One unit of a material in terms of another, exactly. At most 10000. [] if absent.
units:

# Address that the status page listens on. "127.0.0.1" if absent.
host:

# Port of the status page; 0 takes a free one. 0 to 65535. 8080 if absent.
httpPort:

# The same by TLS, for everybody but this machine; host must be 127.0.0.1 then. May be absent.
tls:

# A certificate whose end is told of. At most 20. May be absent.
certificates:

# Wait for the hub, ms. 100 to 60000. 5000 if absent.
ackTimeoutMs:

# A collector of traces; without it none is told. May be absent.
otlp:

# Least severe line that is logged. One of debug, info, warn, error, silent. "info" if absent.
logLevel:
`);
});
