import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Readiness } from './readiness.js';
import type { Metrics } from './telemetry/metrics.js';

/** Plain HTTP for whoever runs the installation: is it alive, is it ready, its figures. Nothing personal, and nothing else. */
export const createOperationsServer = (readiness: Readiness, metrics: Metrics): Server =>
  createServer((request, response) => {
    const answer = request.method === 'GET' ? ANSWERS[request.url ?? ''] : undefined;
    if (!answer) return send(response, 404, 'text/plain', 'not found\n');
    answer(response, readiness, metrics).catch(() => send(response, 500, 'text/plain', 'failed\n'));
  });

type Answer = (response: ServerResponse, readiness: Readiness, metrics: Metrics) => Promise<void>;
const ANSWERS: Record<string, Answer> = {
  '/health/live': async (response) => send(response, 200, 'text/plain', 'ok\n'),
  '/health/ready': async (response, readiness) => {
    const { ready, state, checks } = await readiness.report();
    const lines = [`process: ${state}`, ...Object.entries(checks).map(([name, answer]) => `${name}: ${answer}`)];
    send(response, ready ? 200 : 503, 'text/plain', `${lines.join('\n')}\n`);
  },
  '/metrics': async (response, _readiness, metrics) => send(response, 200, metrics.contentType, await metrics.scrape()),
};

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
