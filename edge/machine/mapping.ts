import { parseDocument } from 'yaml';
import { Fault } from '../../shared/fault.ts';
import {
  choice,
  fallback,
  integer,
  invalid,
  optional,
  type Read,
  readFields,
  record,
  text,
} from '../../shared/field.ts';
import { linePath } from '../../shared/subject.ts';
import { dictionary, word } from './fields.ts';
import { sendingComplaints } from './jobmap.ts';
import { type Counter, type Unit, unitFields } from './unit.ts';

/** Largest mapping file, bytes; and most tags of one line. */
export const mappingBytesMax = 256 * 1024;
export const tagsMax = 500;

const sessionFields = {
  publishingMs: fallback(integer('Values are sent so often, ms.', 50, 60_000), 250),
  samplingMs: fallback(integer('The server looks so often, ms.', 0, 60_000), 100),
  keepAliveCount: fallback(integer('Without news it is heard after so many.', 1, 1_000), 8),
  timeoutMs: fallback(
    integer('An outage that a session survives, ms.', 10_000, 3_600_000),
    600_000,
  ),
  staleAfterMs: fallback(
    integer('Silence after which nothing is known, ms.', 1_000, 600_000),
    6_000,
  ),
  bookMs: fallback(integer('Counts are gathered so long into one report, ms.', 50, 60_000), 1_000),
  skewMaxMs: fallback(integer("How far the machine's clock may be off, ms.", 0, 86_400_000), 2_000),
  queue: fallback(integer('Values of a tag that the server keeps.', 1, 10_000), 100),
};

const fields = {
  version: integer('Of this format.', 1, 1),
  line: { doc: 'enterprise/site/area/line.', read: linePath },
  endpoint: record('The OPC UA server.', {
    url: text('opc.tcp://host:port/path.', 500),
    mode: fallback(
      choice('How messages are protected.', ['SignAndEncrypt', 'Sign', 'None']),
      'SignAndEncrypt',
    ),
    policy: fallback(
      choice('By which algorithms.', [
        'Basic256Sha256',
        'Aes128_Sha256_RsaOaep',
        'Aes256_Sha256_RsaPss',
        'None',
      ]),
      'Basic256Sha256',
    ),
    user: optional(text('User name; anonymous if absent.', 100)),
    passwordPath: optional(text('File with the password.', 4_096)),
    serverCertificate: optional(text('SHA-256 of the certificate that is trusted, hex.', 95)),
  }),
  session: fallback(
    record('How the server is asked.', sessionFields),
    readFields(sessionFields, {}, 'session'),
  ),
  namespaces: dictionary('Namespace URI by a short name.', word(''), text('URI.', 500), 50),
  units: dictionary('Machines of the line.', word(''), record('A machine.', unitFields), 20),
};

export type Mapping = Read<typeof fields>;
export type { Counter, Unit };

/**
 * Reads a mapping file. Throws Fault INVALID that begins with `name` and tells every mistake: what
 * is bad, missing or unknown, with its limit, or the line of the file where it is no YAML.
 */
export function readMapping(given: string, name: string): Mapping {
  if (Buffer.byteLength(given) > mappingBytesMax) {
    throw invalid(name, `must be at most ${mappingBytesMax} bytes`);
  }
  const document = parseDocument(given, { uniqueKeys: true, merge: false, version: '1.2' });
  const wrong = [...document.errors, ...document.warnings].map(({ message }) => message);
  if (wrong.length > 0) throw invalid(name, wrong.join('; ').replace(/\s+/g, ' ').slice(0, 2_000));
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw invalid(name, (error as Error).message);
  }
  const mapping = readFields(fields, plain, name);
  const complaints = [...complaintsOf(mapping)].map((complaint) => `${name}.${complaint}`);
  if (complaints.length > 0) throw new Fault('INVALID', complaints.join('; '));
  return mapping;
}

/** What no single field can say. */
function* complaintsOf({ endpoint, units }: Mapping): Generator<string> {
  if (endpoint.user !== undefined && endpoint.passwordPath === undefined) {
    yield 'endpoint.passwordPath: must be given with a user';
  }
  const { serverCertificate: pin } = endpoint;
  if (pin !== undefined && !/^[0-9a-f]{64}$/i.test(pin.replaceAll(':', ''))) {
    yield 'endpoint.serverCertificate: must be a SHA-256, 64 hexadecimal digits';
  }
  if ((endpoint.mode === 'None') !== (endpoint.policy === 'None')) {
    yield 'endpoint.policy: must be None with mode None, and only then';
  }
  if (units.size === 0) yield 'units: must name at least one';
  const telling = [...units].filter(([, { tellsLine }]) => tellsLine);
  if (telling.length > 1)
    yield `units: ${telling.map(([unit]) => unit).join(', ')} all tell the line`;
  for (const [unit, given] of units) {
    if (given.profile !== 'generic' && given.root === undefined) {
      yield `units.${unit}.root: must be given with profile ${given.profile}`;
    }
    if (given.profile !== 'generic' && given.state !== undefined) {
      yield `units.${unit}.state: must not be given, the profile ${given.profile} knows it`;
    }
    yield* sendingComplaints(`units.${unit}`, given);
    if (given.profile === 'generic' && given.alarms !== undefined) {
      yield `units.${unit}.alarms: needs a PackML profile, map events or results`;
    }
    for (const [event, { raise, hold }] of given.events) {
      if (hold !== undefined && raise === undefined) {
        yield `units.${unit}.events.${event}.raise: must be given with hold`;
      }
    }
    for (const [level, { low, high }] of given.levels) {
      if (low === undefined && high === undefined) {
        yield `units.${unit}.levels.${level}: must have low or high`;
      }
    }
    for (const [counter, one] of given.counters)
      yield* counterComplaints(unit, counter, one, given);
  }
}

function* counterComplaints(
  unit: string,
  counter: string,
  given: Counter,
  { counters, profile }: Unit,
): Generator<string> {
  const { at, from, derive, pulse, maxPerSec, counts } = given;
  const name = `units.${unit}.counters.${counter}`;
  const ways = [at, from, derive, pulse].filter((way) => way !== undefined).length;
  if (ways !== 1) yield `${name}: must have one of at, from, derive and pulse`;
  if (from !== undefined && profile === 'generic') yield `${name}.from: needs a profile, give at`;
  if (!derive && !pulse && maxPerSec === undefined) yield `${name}.maxPerSec: must be given`;
  yield* consumedComplaints(name, given);
  if (!derive) return;
  if (counts === undefined) yield `${name}.counts: must be given with derive`;
  for (const other of [derive.from, ...derive.less]) {
    const known = counters.get(other);
    if (!known || known.derive || known.counts === 'consumed')
      yield `${name}.derive: ${other} is no counter that is read`;
    else if (other === derive.from && known.counts !== undefined) {
      yield `${name}.derive.from: ${other} must not count by itself as well`;
    }
  }
}

const consumedFields = ['material', 'unit', 'lot', 'lotAt'] as const;

function* consumedComplaints(name: string, given: Counter): Generator<string> {
  if (given.counts !== 'consumed') {
    for (const field of consumedFields) {
      if (given[field] !== undefined) yield `${name}.${field}: must be given with consumed only`;
    }
    return;
  }
  if (given.derive) yield `${name}.counts: what is reckoned is not consumed`;
  if (given.material === undefined) yield `${name}.material: must be given with consumed`;
  if (given.unit === undefined) yield `${name}.unit: must be given with consumed`;
  if (given.lot !== undefined && given.lotAt !== undefined) {
    yield `${name}: must have one of lot and lotAt`;
  }
}
