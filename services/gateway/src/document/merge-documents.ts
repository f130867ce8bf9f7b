import type { OpenAPIObject } from '@nestjs/swagger';
import { AUTH_PATHS } from './auth-paths.js';

/** One OpenAPI 3.1 document from the parts of every service. */
export function mergeDocuments(parts: readonly OpenAPIObject[], publicUrl: string): OpenAPIObject {
  const paths = Object.assign({}, ...parts.map((part) => part.paths), AUTH_PATHS);
  for (const operations of Object.values<Record<string, { security?: unknown[] }>>(paths)) {
    for (const operation of Object.values(operations)) operation.security ??= [{ session: [] }, { device: [] }];
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Daybook',
      version: '1',
      description: 'Accurate time sheets without being watched. Errors are problem details (RFC 9457) with a `code`.',
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: Object.assign({}, ...parts.map((part) => part.components?.schemas)),
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'daybook.session_token' },
        device: { type: 'http', scheme: 'bearer' },
      },
    },
  } as OpenAPIObject;
}
