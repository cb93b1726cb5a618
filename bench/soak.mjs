// Does the gateway's memory stay where it is? Streams for MINUTES (5), three of ten given up in their middle, and unary
// calls beside them. Run by `make bench-soak`, which provides the binaries and an empty database. Prints memory as it
// goes; fails when the last quarter needs a tenth more than the second, or when a call failed that was not given up.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finish, median, model, residentMb, rested, root, sell, sleep, startOurs, startUpstream } from './rig.mjs';

const minutes = Number(process.env.MINUTES ?? 5);
const clients = 32;
const given = { streams: 0, unary: 0, left: 0, failed: 0 };

const body = isStream => JSON.stringify({
  model, max_tokens: 100, messages: [{ role: 'user', content: 'x'.repeat(900) }], ...(isStream && { stream: true }),
});

async function callOnce(url, key, isStream, leaves) {
  const leaving = new AbortController();
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST', body: body(isStream), signal: leaving.signal,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  });
  if (!leaves) return (await answer.text()).length > 0 && answer.ok;
  for await (const piece of answer.body) {
    if (piece.length === 0) continue;
    leaving.abort();
    break;
  }

  return answer.ok;
}

async function client(number, url, key, until) {
  for (let call = number; Date.now() < until; call++) {
    const isStream = call % 10 < 8;
    const leaves = isStream && call % 10 < 3;
    try {
      if (!await callOnce(url, key, isStream, leaves)) given.failed++;
    } catch (error) {
      if (!leaves) given.failed++;
    }

    given[leaves ? 'left' : isStream ? 'streams' : 'unary']++;
  }
}

try {
  const ours = await startOurs(await startUpstream());
  const key = await sell(ours.url);
  const until = Date.now() + minutes * 60_000;
  const load = Promise.all(Array.from({ length: clients }, (_, number) => client(number, ours.url, key, until)));
  const samples = [];
  while (Date.now() < until) {
    await sleep(5000);
    samples.push(residentMb(ours.pid));
    if (samples.length % 6 === 0) console.log(`${samples.length * 5} s: ${samples.at(-1).toFixed(0)} MB`);
  }

  await load;
  await rested(ours.pid);
  const quarter = Math.floor(samples.length / 4);
  const second = median(samples.slice(quarter, 2 * quarter));
  const last = median(samples.slice(-quarter));
  const isFlat = last <= second * 1.1;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const text = `
### ${minutes} minutes without a rest

\`make bench-soak\` at commit ${commit}: ${clients} clients, ${given.streams} streams read to their end,
${given.left} given up in the middle, ${given.unary} unary calls, ${given.failed} failed. Memory:
${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last,
${Math.max(...samples).toFixed(0)} MB at most, ${residentMb(ours.pid).toFixed(0)} MB at rest.
`;
  console.log(text);
  mkdirSync(join(root, 'bench', 'results'), { recursive: true });
  appendFileSync(join(root, 'bench', 'results', `${new Date().toISOString().slice(0, 10)}-gateway.md`), text);
  if (!isFlat || given.failed > 0) process.exitCode = 1;
} finally {
  await finish();
}
