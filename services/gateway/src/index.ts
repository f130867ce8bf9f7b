export { DocumentConflict } from './document/merge-documents.js';
export { InProcess } from './forward/in-process.js';
export { OverHttp } from './forward/over-http.js';
export type { Upstream } from './forward/upstream.js';
export { createGateway, type GatewayDeps } from './gateway.js';
export { LIMIT_VARIABLES, LIMITS, type Limits, limitsOf } from './limit/limits.js';
export { closeGateway, UnsafeListen } from './refusal/safe-listen.js';
export { UnownedRoute } from './route/forwarded-routes.js';
