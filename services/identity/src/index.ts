export { createIdentityService, IDENTITY_TABLES, type IdentityDeps, type IdentityService } from './identity.service.js';
