// Ends with 0 while the service of this container is ready: what compose asks, and what a person asks with `docker compose exec`.
const port = process.env.DAYBOOK_OPERATIONS_PORT;
const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch((error) => ({ ok: false, status: error }));
if (!answer.ok) console.error(`not ready: ${answer.status}`);
process.exit(answer.ok ? 0 : 1);
