export {
  createIdentityService,
  IDENTITY_TABLES,
  type IdentityDeps,
  type IdentityService,
  migrateIdentity,
} from './identity.service.js';
