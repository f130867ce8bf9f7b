export { MissingKeys } from './epoch/key-files.js';
export {
  createPrivacyService,
  migratePrivacy,
  PRIVACY_TABLES,
  type PrivacyDeps,
  type PrivacyService,
} from './privacy.service.js';
