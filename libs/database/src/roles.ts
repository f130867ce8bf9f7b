import pg from 'pg';

export interface RolePasswords {
  /** Owns the database and changes its tables: for migrations only. */
  owner: string;
  /** Reads and writes rows, and owns nothing. */
  runtime: string;
}

const { escapeIdentifier: id, escapeLiteral: text } = pg;
export const runtimeRole = (database: string) => `daybook_${database}`;
export const ownerRole = (database: string) => `daybook_${database}_owner`;

/** Makes the database and its two roles, or gives the roles these passwords and rights again. `connect` opens a superuser's session. */
export async function makeRoles(
  connect: (database: string) => Promise<pg.Client>,
  name: string,
  passwords: RolePasswords,
): Promise<void> {
  const server = await connect('postgres');
  try {
    await ensureRole(server, ownerRole(name), passwords.owner);
    await ensureRole(server, runtimeRole(name), passwords.runtime);
    const found = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!found.rowCount) await server.query(`CREATE DATABASE ${id(name)} OWNER ${id(ownerRole(name))}`);
    for (const database of [name, 'postgres', 'template1'])
      await server.query(`REVOKE ALL ON DATABASE ${id(database)} FROM PUBLIC`);
    await server.query(`GRANT CONNECT ON DATABASE ${id(name)} TO ${id(runtimeRole(name))}`);
  } finally {
    await server.end();
  }
  const database = await connect(name);
  try {
    await database.query(rights(id(ownerRole(name)), id(runtimeRole(name))));
  } finally {
    await database.end();
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  await client.query(`${rowCount ? 'ALTER' : 'CREATE'} ROLE ${id(role)} LOGIN PASSWORD ${text(password)}`);
}

/** Large objects are a store that no table shows, and everybody may make one unless this is taken away. */
const rights = (owner: string, runtime: string) => `
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ${runtime};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${runtime};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${runtime};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${runtime};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${runtime};
`;
