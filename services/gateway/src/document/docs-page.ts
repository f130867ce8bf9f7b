import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Swagger UI from its own package, with a start file of ours, so that no script is inline. */
export async function addDocsPage(gateway: FastifyInstance): Promise<void> {
  const root = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await gateway.register(fastifyStatic, {
    root,
    prefix: '/docs/assets/',
    decorateReply: false,
    index: false,
    // Nothing of that package but what the page names.
    allowedPath: (path) => /^\/(swagger-ui\.css|swagger-ui-bundle\.js)$/.test(path),
  });
  gateway.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  gateway.get('/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
}

const START = `SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#docs', validatorUrl: null });\n`;
const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Daybook API</title><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;
