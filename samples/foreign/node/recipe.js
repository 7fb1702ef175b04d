// A foreign writer in Node with pg.
//
//   node recipe.js move DSN NAME PATH    moves an endpoint and waits until a version has it
//   node recipe.js watch DSN             prints every version that it learns of

const { setTimeout: sleep } = require('node:timers/promises');
const { Client } = require('pg');

const MOVE = 'update fastapi_endpoint set root_path = $1, registry_sync = false where name = $2 and root_path <> $1';
const POLL_MILLISECONDS = 2000;

async function move(dsn, name, path) {
  const client = await connect(dsn);
  let version = await tryMove(client, name, path);
  while (version === null) {
    console.error('locked by another writer');
    await sleep(100);
    version = await tryMove(client, name, path);
  }

  // Outside any transaction: an open transaction sees its own edit, and no one else does.
  if (!(await value(client, "select endpoint_sync.wait_for_version($1, '30 seconds')", [version]))) {
    throw new Error(`version ${version} was not made in 30 seconds; the sync stays pending`);
  }
  console.log(`version ${version} live`);
  await client.end();
}

// The version that has the edit; null while another writer has the lock.
async function tryMove(client, name, path) {
  await client.query('begin isolation level read committed');
  // A statement of its own, so that what follows sees the last holder's commit.
  if (!(await value(client, 'select endpoint_sync.try_lock()'))) {
    await client.query('rollback');
    return null;
  }

  const moved = await client.query(MOVE, [path, name]);
  // No version is made while the lock is held, so the next one has the edit. A bigint comes as text.
  const newest = BigInt(await value(client, "select endpoint_sync.request_sync('moved from Node')"));
  await client.query('commit');
  return moved.rowCount > 0 ? newest + 1n : newest;
}

async function watch(dsn) {
  const client = await connect(dsn);
  let known = -1n;
  client.on('notification', ({ payload }) => {
    const [, version, schema] = /^(\d+) (.*)$/s.exec(payload);
    if (schema === 'public') {
      console.log(`version ${version} notified`);
      known = BigInt(version) > known ? BigInt(version) : known;
    }
  });
  await client.query('listen endpoint_sync_version');
  for (;;) {
    // The poll finds what no notification brought.
    const newest = BigInt(await value(client, 'select endpoint_sync.current_version()'));
    if (newest > known) {
      console.log(`version ${newest} found`);
      known = newest;
    }
    await sleep(POLL_MILLISECONDS);
  }
}

async function connect(dsn) {
  const client = new Client({ connectionString: dsn });
  await client.connect();
  return client;
}

async function value(client, sql, parameters) {
  const { rows } = await client.query({ text: sql, values: parameters, rowMode: 'array' });
  return rows[0][0];
}

const [command, ...rest] = process.argv.slice(2);
({ move, watch })[command](...rest).catch((failure) => {
  console.error(failure.message);
  process.exit(1);
});
