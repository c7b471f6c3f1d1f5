import { readAuthorities } from '../shared/authorities.ts';
import { sender } from '../shared/dispatch.ts';
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
  text,
} from '../shared/field.ts';
import { otlpField } from '../shared/otlp.ts';
import { watchField } from '../shared/pki.ts';
import { readSecret } from '../shared/secret.ts';
import { checkPlain, tlsField } from '../shared/secured.ts';
import { downlinkFields } from './downlink/fields.ts';
import { checkErp, erpEnvironmentField } from './environment.ts';
import { checkHandsOver, checkInbound, checkInspects, erpField } from './erp/connectors.ts';
import { feedField } from './feed/config.ts';
import { figureField, noFigureConfig } from './figuring/plant.ts';
import { thresholdsField } from './ledger/thresholds.ts';
import { inspectionField, inspectionsMax } from './posting/inspections.ts';
import { switchesMax, switchField } from './posting/modes.ts';
import type { Where } from './sql/sharing.ts';
import { sslModes } from './sql/tls.ts';
import { inboundField } from './supplier/config.ts';

/** When names must be proved: where the hub keeps accounts apart, always, or never. */
const proofs = ['hub', 'always', 'never'] as const;

export const postgresFields = {
  url: text('Where, without a password, e.g. postgres://holdfast@db.example:5432/plant.', 500),
  passwordPath: optional(text('File with the password; read at start.', 4_096)),
  sslmode: optional(
    choice(
      'Whether the server must show a certificate for its name; on this machine not.',
      sslModes,
    ),
  ),
  caPath: optional(
    text('PEM file of the authority that signed it, or the certificate itself.', 4_096),
  ),
  schema: fallback(text('Schema of the ledger, made if absent.', 41), 'holdfast'),
  leaseMs: fallback(
    integer(
      'What a central has begun is left to it for so long after its last sign, ms.',
      1e3,
      6e5,
    ),
    10_000,
  ),
};

export const fields = {
  environment: environmentField,
  storePath: optional(
    text("The ledger's SQLite file, on a local disk that honours fsync; or else postgres.", 4_096),
  ),
  postgres: optional(record('The ledger on PostgreSQL, for several centrals.', postgresFields)),
  natsUrl: text('The hub, e.g. tls://hub.example:4222; of a cluster all, commas between.', 500),
  natsNkeyPath: optional(
    text("File with the seed of central's NKey; read again at every connect.", 4_096),
  ),
  natsCaPath: optional(
    text(
      'PEM of the authority that signed the hub’s certificate; with tls:// and https://.',
      4_096,
    ),
  ),
  hubMonitorUrl: text(
    "The hub's monitoring, e.g. https://hub.example:8222; of a cluster all, commas between.",
    1_000,
  ),
  host: fallback(text('Address that the status is served at.', 100), '127.0.0.1'),
  httpPort: fallback(integer('Port of the status; 0 takes a free one.', 0, 65_535), 8090),
  tls: tlsField,
  certificates: optional(watchField),
  stream: fallback(
    record('The stream of segments at the hub.', {
      replicas: fallback(integer('Copies; 3 in production.', 1, 5), 1),
      megabytesMax: fallback(
        integer('Room; full of what central has not read it holds the edges back.', 1, 1e7),
        4_096,
      ),
      keepDays: fallback(
        integer('How long segments stay at most; central trims a stream half full.', 1, 3_650),
        30,
      ),
    }),
    { replicas: 1, megabytesMax: 4_096, keepDays: 30 },
  ),
  thresholds: thresholdsField,
  otlp: otlpField,
  dropPath: optional(
    text('Folder in which quality drops files (JSON, CSV, B2MML); nothing without it.', 4_096),
  ),
  dropBy: optional({
    ...sender,
    doc: 'In whose name what is dropped there is taken, e.g. "system:lims"; in that of its rows.',
  }),
  tokensPath: optional(
    text('File with the tokens of people and systems that act over HTTP; docs/security.md.', 4_096),
  ),
  proof: fallback(
    choice('Whether acts that move money or quality need a proved name: as the hub can.', proofs),
    'hub',
  ),
  feed: optional(feedField),
  erp: erpField,
  erpEnvironment: erpEnvironmentField,
  skewMaxHours: fallback(
    integer('A document whose fact is further off in time waits for a person, hours.', 1, 876_000),
    24,
  ),
  rules: fallback(list(switchField, switchesMax), []),
  inspections: fallback(list(inspectionField, inspectionsMax), []),
  replayPath: optional(
    text('File of replays in a test plant; else beside storePath. Made anew by each.', 4_096),
  ),
  downlink: fallback(
    record('Master data and orders from the ERP; docs/downlink.md.', downlinkFields),
    {
      ...{ sites: [], everySeconds: 60, secondPerson: [] },
    },
  ),
  figures: fallback(figureField, noFigureConfig),
  inbound: inboundField,
  lanesMax: fallback(integer('Documents in flight at once, one an order.', 1, 256), 16),
  logLevel: fallback(
    choice('Least severe line that is logged.', ['debug', 'info', 'warn', 'error', 'silent']),
    'info',
  ),
};

export type CentralConfig = Read<typeof fields>;

/**
 * The server, with what the files hold that the config names. Throws Fault INVALID that names the
 * field of one that cannot be read.
 */
export function whereOf(given: NonNullable<CentralConfig['postgres']>): Where {
  const { url, schema, sslmode, passwordPath, caPath } = given;
  const password = passwordPath && readSecret(passwordPath, 'postgres.passwordPath');
  const ca = caPath && readAuthorities(caPath, 'postgres.caPath');
  return { url, schema, sslmode, password, ca };
}

/** Throws Fault INVALID naming every mistake at once. */
export function readCentralConfig(given: unknown): CentralConfig {
  const config = readFields(fields, given, 'config');
  checkPlain(config.host, config.tls);
  if (config.inspections.length > 0) checkInspects(config.erp);
  checkErp(config);
  if (config.downlink.sites.length > 0) checkHandsOver(config.erp);
  if (config.inbound) checkInbound(config.erp);
  if ((config.storePath === undefined) !== (config.postgres === undefined)) return config;
  throw invalid('config.storePath', 'must be given, or else postgres, and not both');
}
