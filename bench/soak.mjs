// What the gateway's memory does over minutes of streams, three of ten given up in their middle, and unary calls
// beside them. Run by `make bench-soak`, which provides the binaries and an empty database. Prints memory as it goes.
//
// It is flat when the median of the last quarter is at most a tenth above that of the second: the first quarter is
// warming up. What was not given up must have come in full, each call must be on the books once, and the ledger whole.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  finish, median, model, residentMb, rested, root, sell, sleep, sql, startOurs, startUpstream, verdictOf,
} from './rig.mjs';

const minutes = Number(process.env.MINUTES ?? 5);
const clients = 64;
const everyMs = 5000;
const leavesAfter = 3;
const made = { streams: 0, unary: 0, left: 0 };
const failures = [];

// A stream that is left is a slow one, so that it is left in its middle and not when all of it has been sent.
const body = (isStream, isSlow) => JSON.stringify({
  model, max_tokens: 100, messages: [{ role: 'user', content: 'x'.repeat(900) }],
  ...(isStream && { stream: true }), ...(isSlow && { user: 'slow' }),
});

async function call(url, key, isStream, leaves) {
  const leaving = new AbortController();
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST', body: body(isStream, leaves), signal: leaving.signal,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  if (!leaves) {
    const text = await answer.text();
    if (!text.endsWith(isStream ? 'data: [DONE]\n\n' : '}')) throw new Error(`broke off: ${text.slice(-100)}`);
    return;
  }

  const reader = answer.body.getReader();
  for (let pieces = 0; pieces < leavesAfter; pieces++)
    if ((await reader.read()).done) throw new Error('ended before it was left');
  leaving.abort();
  await reader.closed.catch(() => {});
}

async function client(number, url, key, until) {
  for (let turn = number; Date.now() < until; turn++) {
    const isStream = turn % 10 < 8;
    const leaves = turn % 10 < 3;
    try {
      await call(url, key, isStream, leaves);
    } catch (error) {
      failures.push(error.cause ? `${error.message}: ${error.cause.message}` : error.message);
    }

    made[leaves ? 'left' : isStream ? 'streams' : 'unary']++;
  }
}

async function watch(pid, until) {
  const samples = [];
  const began = Date.now();
  while (Date.now() < until) {
    await sleep(Math.min(everyMs, Math.max(0, until - Date.now())));
    samples.push({ at: (Date.now() - began) / 1000, mb: residentMb(pid) });
    if (samples.length % 6 === 0) console.log(`${samples.at(-1).at.toFixed(0)} s: ${samples.at(-1).mb.toFixed(0)} MB`);
  }

  return samples;
}

function report(all) {
  const calls = made.streams + made.unary + made.left;
  const every = Math.max(1, Math.round(all.samples.length / 20));
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  return `# Minutes without a rest

- Command: \`make bench-soak\`, at commit ${commit}.
- Machine: ${cpus().length} x ${cpus()[0].model.trim()}; clients, upstream and database on it together.
- ${minutes} minutes, ${clients} clients that never pause. Flat: the median of the last quarter is at most a tenth above
  that of the second, the first being for warming up.

| | |
|---|---|
| calls | ${calls}, ${(calls / minutes / 60).toFixed(0)} a second |
| streams read to their end | ${made.streams} |
| streams left in their middle | ${made.left} (${(100 * made.left / calls).toFixed(0)} %) |
| unary calls | ${made.unary} |
| errors | ${failures.length} |
| calls on the books | ${all.rows}, of them ${all.leftRows} whose client had left |
| memory at the start | ${all.start.toFixed(0)} MB |
| in the second quarter, the median | ${all.second.toFixed(0)} MB |
| in the last quarter, the median | ${all.last.toFixed(0)} MB |
| at most | ${Math.max(...all.samples.map(one => one.mb)).toFixed(0)} MB |
| at rest afterwards | ${all.rest.toFixed(0)} MB |
| verdict on memory | ${all.isFlat ? 'flat' : 'not flat'} |
| \`supply verify-ledger\` | ${all.ledger} |

| after s | MB |
|---|---|
${all.samples.filter((_, at) => (at + 1) % every === 0).map(one => `| ${one.at.toFixed(0)} | ${one.mb.toFixed(0)} |`)
    .join('\n')}
`;
}

try {
  const ours = await startOurs(await startUpstream());
  const key = await sell(ours.url);
  const start = residentMb(ours.pid);
  const until = Date.now() + minutes * 60_000;
  const load = Promise.all(Array.from({ length: clients }, (_, number) => client(number, ours.url, key, until)));
  const samples = await watch(ours.pid, until);
  await load;
  await rested(ours.pid);

  const quarter = Math.floor(samples.length / 4);
  const second = median(samples.slice(quarter, 2 * quarter).map(one => one.mb));
  const last = median(samples.slice(-quarter).map(one => one.mb));
  const isFlat = last <= second * 1.1;
  const rows = Number(sql('select count(*) from gateway_usage'));
  const leftRows = Number(sql("select count(*) from gateway_usage where ending = 'client_left'"));
  const ledger = verdictOf('verify-ledger');
  const rest = residentMb(ours.pid);
  const text = report({ samples, start, second, last, rest, isFlat, rows, leftRows, ledger: ledger.words });
  console.log(text);
  for (const failure of new Set(failures)) console.error(failure);
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${new Date().toISOString().slice(0, 10)}-soak.md`), text);
  const isWhole = rows === made.streams + made.unary + made.left && ledger.isGood;
  if (!isFlat || !isWhole || failures.length > 0) process.exitCode = 1;
} finally {
  await finish();
}
