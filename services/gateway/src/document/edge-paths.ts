const json = (description: string) => ({
  description,
  content: { 'application/json': { schema: { type: 'object' } } },
});

/** The gateway's own routes. */
export const EDGE_PATHS = {
  '/health/live': { get: { summary: 'The process runs', responses: { 200: json('It does') } } },
  '/health/ready': {
    get: {
      summary: 'Requests can be served; one entry per dependency',
      responses: { 200: json('Ready'), 503: json('Something is down') },
    },
  },
  '/v1/openapi.json': { get: { summary: 'This document', responses: { 200: json('OpenAPI 3.1') } } },
};
