// Ends with 0 while what listens at the address is ready: what compose asks, and a person by `docker compose exec`.
const address = process.argv[2];
const answer = await fetch(address).catch((error) => ({ ok: false, status: error.message }));
if (!answer.ok) console.error(`${address}: ${answer.status}`);
process.exitCode = answer.ok ? 0 : 1;
