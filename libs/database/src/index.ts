export * from './database.js';
export * from './embedded-postgres.js';
export * from './migrate.js';
export { makeRoles, type RolePasswords } from './roles.js';
