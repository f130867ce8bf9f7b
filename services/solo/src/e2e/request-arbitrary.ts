import fc, { type Arbitrary } from 'fast-check';
import type { Operation } from './operations.js';

type Schema = Record<string, unknown>;
export type Schemas = Record<string, Schema>;

/** A request as bytes on the wire: what a generator makes of an operation. */
export interface FuzzRequest {
  method: string;
  /** With the query, percent-encoded. */
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Texts that break what is careless. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u0001\u001f\u007f',
  '\ud800',
  '\u202eevil',
  '📁'.repeat(300),
  'e\u0301',
  'null',
  '-1',
  '1e999',
  'NaN',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '%',
  '__proto__',
  '0000-01-01',
  '9999-12-31',
  '9999-W53',
  '2026-11-24T25:61:61Z',
  '0001-01-01T00:00:00+23:59',
  'x'.repeat(5_000),
];
const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));
const hostileValue: Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, -1, 0, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[[]]], {
    constructor: 1,
  }),
  fc.jsonValue(),
);
/** Bodies that are not even nearly JSON of the right shape, with the content types that go wrong. */
const HOSTILE_BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '\ufeff{}',
  '{"a":1}{"a":1}',
  '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}',
  '['.repeat(50_000),
  '{"a":'.repeat(20_000),
  `{"x":"${'x'.repeat(300_000)}"}`,
  `{"x":"${'x'.repeat(1_100_000)}"}`,
];
const CONTENT_TYPES = [
  'application/json',
  'text/plain',
  'multipart/form-data',
  'application/json; charset=utf-16',
  'x',
  'application/x-www-form-urlencoded',
];
const HOSTILE_HEADERS: Record<string, string>[] = [
  {},
  {},
  {},
  { 'if-match': '"x"' },
  { 'if-match': '999999999999999999999' },
  { 'idempotency-key': 'x'.repeat(2_000) },
  { accept: 'text/html' },
  { 'accept-language': '\u00ff' },
  { 'accept-encoding': 'gzip;q=NaN' },
  { 'x-daybook-actor': 'forged' },
  { 'x-http-method-override': 'DELETE' },
  { range: 'bytes=0-1' },
];

/** Values that a schema allows: the part of JSON Schema 2020-12 that the document uses. */
export function valuesOf(schema: Schema, schemas: Schemas, depth = 0): Arbitrary<unknown> {
  if (typeof schema.$ref === 'string')
    return valuesOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas, depth);
  const options = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (options) return fc.oneof(...options.map((one) => valuesOf(one, schemas, depth)));
  if (schema.allOf) return valuesOf(Object.assign({}, ...(schema.allOf as Schema[])), schemas, depth);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number': {
      const [min, max] = [Number(schema.minimum ?? -5), Number(schema.maximum ?? 100_000)];
      return fc.integer({ min: Math.ceil(Math.max(min, -1e9)), max: Math.floor(Math.min(max, 1e9)) });
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf((schema.items ?? {}) as Schema, schemas, depth + 1), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: Math.max(Number(schema.minItems ?? 0), depth > 3 ? 0 : 3),
      });
    case 'object':
      return objectOf(schema, schemas, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: Schema, schemas: Schemas, depth: number): Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Schemas);
  const required = new Set((schema.required ?? []) as string[]);
  return fc.record(Object.fromEntries(properties.map(([name, one]) => [name, valuesOf(one, schemas, depth + 1)])), {
    requiredKeys: properties.map(([name]) => name).filter((name) => required.has(name)),
  });
}

const recent = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
function textOf(schema: Schema): Arbitrary<string> {
  switch (schema.format) {
    case 'date':
      return recent.map((at) => at.toISOString().slice(0, 10));
    case 'date-time':
      return recent.map((at) => at.toISOString());
    case 'uuid':
      return fc.uuid();
    case 'email':
      return fc.emailAddress();
  }
  if (typeof schema.pattern === 'string') return fc.stringMatching(new RegExp(schema.pattern));
  const minLength = Number(schema.minLength ?? 0);
  return fc.string({
    unit: 'grapheme',
    minLength,
    maxLength: Math.min(Number(schema.maxLength ?? 40), minLength + 40),
  });
}

/** The same with one thing changed, left out or added. */
const nearly = (value: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc
    .tuple(value, fc.nat(20), hostileValue, fc.constantFrom('change', 'leave out', 'add'))
    .map(([given, n, evil, how]) => {
      if (typeof given !== 'object' || given === null) return evil;
      const changed = (Array.isArray(given) ? [...given] : { ...given }) as Record<string, unknown>;
      const names = Object.keys(changed);
      const name = names[n % Math.max(1, names.length)] ?? 'x';
      if (how === 'change') changed[name] = evil;
      if (how === 'leave out') delete changed[name];
      if (how === 'add') changed.unexpected = evil;
      return changed;
    });

/** Requests for an operation: valid, nearly valid and hostile. `known` are values that exist, by the parameter's name. */
export function requestsFor(
  operation: Operation,
  schemas: Schemas,
  known: Record<string, string[]>,
): Arbitrary<FuzzRequest> {
  const parameter = (one: Operation['parameters'][number]): Arbitrary<string | undefined> => {
    const good = valuesOf(one.schema ?? {}, schemas).map(String);
    const existing = fc.constantFrom(...(known[one.name] ?? ['x']));
    const value = fc.oneof(
      { arbitrary: existing, weight: 4 },
      { arbitrary: good, weight: 3 },
      { arbitrary: hostileText, weight: 2 },
    );
    return one.in === 'query' && !one.required ? fc.option(value, { nil: undefined }) : value;
  };
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(
    ([, name = '']) =>
      operation.parameters.find((one) => one.in === 'path' && one.name === name) ?? { name, in: 'path', schema: {} },
  );
  const inQuery = operation.parameters.filter((one) => one.in === 'query');
  const target = fc
    .tuple(
      fc.tuple(...inPath.map(parameter)),
      fc.tuple(...inQuery.map(parameter)),
      fc.option(hostileText, { freq: 5, nil: undefined }),
    )
    .map(([values, queries, stranger]) => {
      const path = inPath.reduce(
        (text, { name }, n) => text.replace(`{${name}}`, encode(values[n] || 'x')),
        operation.path,
      );
      const pairs = inQuery.flatMap(({ name }, n) =>
        queries[n] === undefined ? [] : [`${name}=${encode(queries[n])}`],
      );
      if (stranger !== undefined) pairs.push(`unexpected=${encode(stranger)}`);
      return pairs.length ? `${path}?${pairs.join('&')}` : path;
    });
  const json = (value: Arbitrary<unknown>) =>
    value.map((one) => ({ type: 'application/json', text: JSON.stringify(one) }));
  const valid = valuesOf(operation.body ?? {}, schemas);
  const body = operation.hasBody
    ? fc.oneof(
        { arbitrary: json(valid), weight: 3 },
        { arbitrary: json(nearly(valid)), weight: 4 },
        { arbitrary: json(hostileValue), weight: 1 },
        {
          arbitrary: fc.record({ type: fc.constantFrom(...CONTENT_TYPES), text: fc.constantFrom(...HOSTILE_BODIES) }),
          weight: 1,
        },
      )
    : fc.constant(undefined);
  return fc.tuple(target, body, fc.constantFrom(...HOSTILE_HEADERS)).map(([where, what, more]) => ({
    method: operation.method,
    target: where,
    headers: { ...more, ...(what && { 'content-type': what.type }) },
    body: what?.text,
  }));
}

/** Percent-encoded as bytes; half a surrogate pair, which no UTF-8 has, as what senders make of it. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E');
