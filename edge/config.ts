import { calendarField } from '../shared/calendar.ts';
import { environmentField } from '../shared/environment.ts';
import {
  choice,
  fallback,
  integer,
  invalid,
  list,
  optional,
  type Read,
  readFields,
  record,
  someAmount,
  text,
} from '../shared/field.ts';
import { otlpField } from '../shared/otlp.ts';
import { watchField } from '../shared/pki.ts';
import { languages } from '../shared/press.ts';
import { checkPlain, tlsField } from '../shared/secured.ts';
import { linePath } from '../shared/subject.ts';
import { conversionsField } from '../shared/unit.ts';
import { policyFields, readPolicy, templateNames } from '../statecharts/policy.ts';

export const fields = {
  environment: environmentField,
  storePath: text('SQLite file, on a local disk that honours fsync.', 4_096),
  diskBudgetMb: fallback(
    integer('Most that the store and its write-ahead log may take, MB.', 64, 16_777_216),
    8_192,
  ),
  keepDays: fallback(integer('Days with facts that stay once central keeps them.', 1, 3_650), 90),
  natsUrl: text('The leaf beside this edge, e.g. nats://127.0.0.1:4222.', 500),
  natsNkeyPath: optional(
    text("File with the seed of this edge's NKey; read again at every connect.", 4_096),
  ),
  natsCaPath: optional(
    text('PEM of the authority that signed the leaf’s certificate; with tls:// in natsUrl.', 4_096),
  ),
  leafMonitorUrl: optional(
    text("The leaf's HTTP monitoring; by it the edge knows why the hub refuses the leaf.", 500),
  ),
  opcuaPkiPath: optional(
    text('Folder for the certificates of OPC UA; else one beside the store.', 4_096),
  ),
  peoplePath: optional(
    text('File of people, as "holdfast people" writes it; without it nobody signs in.', 4_096),
  ),
  idleMs: fallback(
    integer('Somebody who does nothing for so long is signed out, ms.', 10_000, 43_200_000),
    300_000,
  ),
  language: fallback(choice('Language of the page.', languages), 'en'),
  lines: list(
    record('A line that this edge owns, and nobody else.', {
      line: { doc: 'enterprise/site/area/line.', read: linePath },
      lanes: fallback(integer('Runs that may be open at once.', 1, 1_000), 1),
      template: fallback(
        choice('What quality and planning demand here.', templateNames),
        'discrete',
      ),
      policy: fallback(record('What differs from the template.', policyFields), {}),
      machine: optional(text('Mapping file of the machines that are listened to.', 4_096)),
      idealPerHour: optional(
        someAmount('Pieces an hour at the ideal rate; without it performance is not known.'),
      ),
    }),
    200,
  ),
  calendar: calendarField,
  units: fallback(conversionsField, []),
  host: fallback(text('Address that the status page listens on.', 100), '127.0.0.1'),
  httpPort: fallback(integer('Port of the status page; 0 takes a free one.', 0, 65_535), 8080),
  tls: tlsField,
  certificates: optional(watchField),
  ackTimeoutMs: fallback(integer('Wait for the hub, ms.', 100, 60_000), 5_000),
  otlp: otlpField,
  logLevel: fallback(
    choice('Least severe line that is logged.', ['debug', 'info', 'warn', 'error', 'silent']),
    'info',
  ),
};

export type EdgeConfig = Read<typeof fields>;

/** Each line with the policy that its template and its own words come to. */
export const linesOf = ({ lines }: EdgeConfig) =>
  lines.map(({ line, lanes, template, policy }) => ({
    ...{ line, lanes },
    policy: readPolicy(template, policy, `config.lines: ${line}`),
  }));

/** Throws Fault INVALID naming every mistake at once. */
export function readEdgeConfig(given: unknown): EdgeConfig {
  const config = readFields(fields, given, 'config');
  const paths = config.lines.map(({ line }) => line);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw invalid('config.lines', `${twice} stands there twice`);
  checkPlain(config.host, config.tls);
  const { leafMonitorUrl: monitor } = config;
  if (monitor !== undefined && !/^https?:$/.test(URL.parse(monitor)?.protocol ?? '')) {
    throw invalid('config.leafMonitorUrl', 'must be like http://127.0.0.1:8222');
  }
  if (paths.length === 0) throw invalid('config.lines', 'must name at least one line');
  return config;
}
