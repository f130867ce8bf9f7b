import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type Owner, ownerOf } from '../route/routes.js';
import { AUTH_PATHS } from './auth-paths.js';
import { EDGE_PATHS } from './edge-paths.js';
import { type Operation, operationsOf } from './operations.js';

/** Two services say different things under one name. */
export class DocumentConflict extends Error {}

type Part = Pick<OpenAPIObject, 'paths' | 'components'>;

/** One OpenAPI 3.1 document from the parts of every service, with what the edge adds to each of their operations. */
export function mergeDocuments(parts: readonly Part[], publicUrl: string): OpenAPIObject {
  const all = [...parts, { paths: AUTH_PATHS as OpenAPIObject['paths'] }];
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Daybook',
      version: '1',
      description: 'Accurate time sheets without being watched. Errors are problem details (RFC 9457) with a `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    paths: { ...pathsOf(all), ...(EDGE_PATHS as OpenAPIObject['paths']) },
    components: {
      schemas: union('schema', all, (part) => part.components?.schemas ?? {}),
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: `${publicUrl.startsWith('https:') ? '__Secure-' : ''}daybook.session_token`,
        },
        device: { type: 'http', scheme: 'bearer', description: 'Token of a paired device' },
      },
    },
  } as OpenAPIObject;
  for (const operation of operationsOf(document)) complete(operation);
  refuseRepeatedIds(document);
  return document;
}

function complete({ method, path, operation }: Operation): void {
  const owner = ownerOf(method, path);
  // Headers between gateway and services are nobody else's: the gateway deletes what comes under their names.
  if (operation.parameters)
    operation.parameters = operation.parameters.filter(({ name }) => !/^x-daybook-/i.test(name));
  operation.tags = [owner?.service ?? 'gateway'];
  // Two services may name a controller alike.
  operation.operationId = `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`;
  const security = owner ? securityOf(owner, method) : [];
  operation.security = security;
  if (!owner) return;
  const refusals = [
    429,
    503,
    504,
    ...(security.length ? [401, 403] : []),
    ...(method === 'GET' ? [] : [400, 403, 411, 413, 415]),
    ...(path.includes('{') ? [400] : []),
  ];
  for (const status of refusals) operation.responses[status] ??= PROBLEM;
}

const securityOf = ({ callers, deviceMethods }: Owner, method: string): Record<string, string[]>[] =>
  callers.includes('anybody')
    ? []
    : [
        ...(callers.includes('person') ? [{ session: [] }] : []),
        ...(callers.includes('device') && deviceMethods?.includes(method) !== false ? [{ device: [] }] : []),
      ];

const PROBLEM = {
  description: 'Problem details',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function union<Value>(what: string, parts: readonly Part[], pick: (part: Part) => Record<string, Value>) {
  const merged: Record<string, Value> = {};
  for (const [name, value] of parts.flatMap((part) => Object.entries(pick(part)))) {
    if (name in merged && !isDeepStrictEqual(merged[name], value))
      throw new DocumentConflict(`two services describe the ${what} ${name} differently`);
    merged[name] = value;
  }
  return merged;
}

/** One path may have methods of two services, one method never. */
function pathsOf(parts: readonly Part[]): OpenAPIObject['paths'] {
  const operations = union('operation', parts, (part) =>
    Object.fromEntries(
      Object.entries(part.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation as object]),
      ),
    ),
  );
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = name.split(' ');
    paths[path] = { ...paths[path], [method]: operation };
  }
  return paths as OpenAPIObject['paths'];
}

function refuseRepeatedIds(document: OpenAPIObject): void {
  const seen = new Set<string>();
  for (const { operation } of operationsOf(document)) {
    const id = operation.operationId ?? '';
    if (seen.has(id)) throw new DocumentConflict(`two operations are called ${id}`);
    seen.add(id);
  }
}
