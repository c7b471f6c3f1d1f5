import { Fault } from './fault.ts';
import { type Field, fallback, invalid, optional, type Read, record, text } from './field.ts';
import { release } from './release.ts';
import { readSecret } from './secret.ts';
import type { Place } from './traceparent.ts';

const address: Field<string> = {
  doc: 'Where traces go by OTLP/HTTP as JSON, e.g. http://127.0.0.1:4318/v1/traces.',
  schema: { type: 'string', maxLength: 500 },
  read(value, name) {
    const given = typeof value === 'string' && value.length <= 500 ? URL.parse(value) : null;
    if (given && /^https?:$/.test(given.protocol) && given.username === '') return given.href;
    throw invalid(name, 'must be an http or https address without a user in it');
  },
};
const ratio: Field<number> = {
  doc: 'Which share of traces is told, 0 to 1; the same at every edge and at central.',
  schema: { type: 'number', minimum: 0, maximum: 1 },
  read(value, name) {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw invalid(name, 'must be a number from 0 to 1');
  },
};
const otlpFields = {
  url: address,
  headersPath: optional(text('File of headers for it as a JSON object; read at start.', 4_096)),
  sampleRatio: fallback(ratio, 1),
};
export const otlpField = optional(
  record('A collector of traces; without it none is told.', otlpFields),
);
export type Otlp = Read<typeof otlpFields>;

/** What a span is to its parent, by OTLP's numbers. */
const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
/** One piece of work in a trace. Times are Unix ms. */
export type Span = Place &
  Readonly<{
    name: string;
    kind: keyof typeof spanKinds;
    parentSpanId?: string | undefined;
    startMs: number;
    endMs: number;
    attributes: Attributes;
    /** Why it failed, where it did. */
    error?: string | undefined;
    links?: readonly Place[];
  }>;

/** Headers from a file, names in lower case. Throws Fault INVALID that tells none of the values. */
export function readHeaders({ headersPath }: Otlp): Readonly<Record<string, string>> {
  if (headersPath === undefined) return {};
  const bad = () =>
    new Fault('INVALID', `otlp.headersPath: ${headersPath}: must hold a JSON object`);
  let given: unknown;
  try {
    given = JSON.parse(readSecret(headersPath, 'otlp.headersPath'));
  } catch (error) {
    throw error instanceof Fault ? error : bad();
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw bad();
  for (const [name, value] of Object.entries(given)) {
    if (/^[A-Za-z0-9-]{1,100}$/.test(name) && /^[\x20-\x7e]{1,8000}$/.test(`${value}`)) continue;
    throw new Fault('INVALID', `otlp.headersPath: ${headersPath}: a header is malformed`);
  }
  return given as Record<string, string>;
}

const asValue = (value: string | number | boolean) =>
  typeof value === 'string'
    ? { stringValue: value }
    : typeof value === 'boolean'
      ? { boolValue: value }
      : Number.isInteger(value)
        ? { intValue: `${value}` }
        : { doubleValue: value };
const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: asValue(value) }],
  );
const nanos = (ms: number): string => `${BigInt(Math.round(ms)) * 1_000_000n}`;

/** The spans as OTLP's JSON (opentelemetry-proto 1.x): ids as hex, times as decimal text. */
export const otlpOf = (resource: Attributes, spans: readonly Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeSpans: [
        {
          scope: { name: 'holdfast', version: release },
          spans: spans.map(({ kind, startMs, endMs, attributes, error, links = [], ...span }) => ({
            ...{ ...span, kind: spanKinds[kind], flags: 1 },
            startTimeUnixNano: nanos(startMs),
            endTimeUnixNano: nanos(Math.max(startMs, endMs)),
            attributes: attributesOf(attributes),
            ...(links.length === 0 ? {} : { links }),
            ...(error === undefined ? {} : { status: { code: 2, message: error.slice(0, 200) } }),
          })),
        },
      ],
    },
  ],
});
