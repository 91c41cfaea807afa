import type { DatabaseSync } from 'node:sqlite'

/** Entry n brings schema n to n + 1. Entries are never changed once released, only added. */
const migrations: readonly string[] = [
  `
  CREATE TABLE clusters (id INTEGER PRIMARY KEY CHECK (id = 1), names TEXT NOT NULL) STRICT;
  CREATE TABLE columns (service TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    service TEXT,
    "group" TEXT,
    cluster TEXT,
    text TEXT NOT NULL,
    pull_request INTEGER,
    key TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE INDEX events_of_service ON events (service, id);
  CREATE INDEX events_of_cluster ON events (cluster, id);
  `,
  // For a time the first entry made it, too.
  'CREATE TABLE IF NOT EXISTS identities (cluster TEXT PRIMARY KEY, uid TEXT NOT NULL) STRICT, WITHOUT ROWID;',
]

export const latestSchema = migrations.length

/** 0: an empty database. */
export function readSchemaVersion(database: DatabaseSync): number {
  const table = database
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'`)
    .get()
  if (table === undefined) return 0
  return Number(database.prepare('SELECT version FROM schema_version').get()?.['version'] ?? 0)
}

/** Brings the database to the latest schema, all of it or nothing. */
export function migrate(database: DatabaseSync): void {
  const version = readSchemaVersion(database)
  if (version === latestSchema) return
  database.exec(`
    BEGIN EXCLUSIVE;
    CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
    ${migrations.slice(version).join('\n')}
    INSERT OR REPLACE INTO schema_version (id, version) VALUES (1, ${latestSchema});
    COMMIT;
  `)
}
