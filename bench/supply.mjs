// How long a supplier waits for records and bills when there are ten thousand records, and when there are ten million.
// Run by `make bench-supply`, which provides an empty database. ROWS is the larger number.
//
// Records come in by COPY, three months of them, with the sums of their days and the counts of their minutes as the
// service would have written them. The ledger and the lots of what can be withdrawn stay empty: nothing here reads
// them, and a long hold keeps the service from maturing what it finds.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binary = join(root, 'artifacts', 'supply');
const rowsDefault = 10_000_000;
const few = 10_000;
const many = Number(process.env.ROWS ?? rowsDefault);
const limitMs = 20;
const rounds = 5;
const requestsPerRound = 300;
const warmUps = 100;
const pageSize = 20;
const deepPage = 10_000;

const days = 90;
const dayMs = 86_400_000;
const holdDays = 7;
const platforms = ['openai', 'anthropic', 'gemini', 'tencent'];
const now = Math.floor(Date.now() / dayMs) * dayMs; // Until midnight: every day is a whole one.
const day = ms => new Date(ms).toISOString().slice(0, 10);
const range = `start_date=${day(now - days * dayMs)}&end_date=${day(now - 1)}`;

const server = Object.fromEntries(process.env.ConnectionStrings__Supply.split(';').map(one => one.split('=')));
const postgres = {
  PATH: process.env.PATH,
  PGHOST: server.Host,
  PGPORT: server.Port,
  PGUSER: server.Username,
  PGDATABASE: server.Database,
};
const home = mkdtempSync('/tmp/supply-bench.');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let service;
let address;
let token;

function sql(text) {
  return execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text], { env: postgres }).toString().trim();
}

async function copy(target, lines) {
  const psql = spawn('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-c', `copy ${target} from stdin`], {
    env: postgres,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(psql, 'exit');
  psql.stdin.on('error', () => {}); // What psql has to say it says itself.
  let block = '';
  for (const line of lines) {
    block += line;
    if (block.length < 1 << 18) continue;
    if (!psql.stdin.write(block)) await Promise.race([once(psql.stdin, 'drain'), ended]);
    block = '';
  }

  psql.stdin.end(block);
  const [code] = await ended;
  if (code !== 0) throw new Error(`copy ${target} failed`);
}

// Amounts are whole billionths: their sums stay exact.
const money = units => `${Math.floor(units / 1e9)}.${String(units % 1e9).padStart(9, '0')}`;

const daySums = new Map();
const minuteCounts = new Map();

// A fixed sequence: every run loads the same amounts.
let state = 88_172_645;
function chance() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

/** Over all days in the order of time, as calls come in, and three times as many at midday as at midnight. */
function* records(user, first, last) {
  for (let id = first + 1; id <= last; id++) {
    const passed = days * (id - first - 0.5) / (last - first);
    const at = now - days * dayMs + Math.floor((Math.floor(passed) + timeOfDay(passed % 1)) * dayMs);
    const platform = platforms[Math.floor(chance() * platforms.length)];
    const tokens = 100 + Math.floor(chance() * 4000);
    const revenue = tokens * 2_345;
    const fee = Math.round(revenue / 10);
    const status = at < now - holdDays * dayMs ? 'available' : 'pending';
    const time = new Date(at).toISOString();
    add(time.slice(0, 10), platform, { revenue, fee, tokens });
    const minute = time.slice(0, 16);
    minuteCounts.set(minute, (minuteCounts.get(minute) ?? 0) + 1);
    yield `${user}\t${id}\t${user}\tusage\t${money(revenue - fee)}\t${status}\tbench-model\t`
      + `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}\t${time}\t${platform}\n`;
  }
}

function timeOfDay(even) {
  return even + Math.sin(2 * Math.PI * even) / (4 * Math.PI);
}

function add(onDay, platform, call) {
  const key = `${onDay}\t${platform}`;
  const sums = daySums.get(key) ?? { revenue: 0, fee: 0, tokens: 0, records: 0 };
  sums.revenue += call.revenue;
  sums.fee += call.fee;
  sums.tokens += call.tokens;
  sums.records += 1;
  daySums.set(key, sums);
}

async function load(user, first, last) {
  const began = performance.now();
  await copy('supply_earnings (tenant_id, record_id, user_id, earnings_type, amount, status, description, usage_id, '
    + 'earned_at, platform)', records(user, first, last));
  sql('truncate supply_billing_days, supply_earning_minutes');
  await copy('supply_billing_days (tenant_id, day, platform, revenue, platform_fee, net_earnings, tokens, requests, '
    + 'successes, records)', [...daySums].sort().map(([key, one]) =>
    `${user}\t${key}\t${money(one.revenue)}\t${money(one.fee)}\t${money(one.revenue - one.fee)}\t${one.tokens}`
    + `\t${one.records}\t${one.records}\t${one.records}\n`));
  await copy('supply_earning_minutes (tenant_id, minute, records)',
    [...minuteCounts].sort().map(([minute, count]) => `${user}\t${minute}:00Z\t${count}\n`));
  sql(`select setval('supply_earning_ids', ${last})`);
  // As the database does by itself after a while; here at once, so that it does not do so while we measure.
  for (const table of ['supply_earnings', 'supply_billing_days', 'supply_earning_minutes'])
    sql(`vacuum (analyze) ${table}`);
  sql('checkpoint');
  console.log(`${last.toLocaleString('en')} records are there (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}

function call(method, path, body) {
  return new Promise((done, failed) => {
    const began = performance.now();
    const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
    const asked = request(new URL(path, address), { method, agent, headers }, answer => {
      const parts = [];
      answer.on('data', part => parts.push(part)).on('error', failed).on('end', () => {
        const tookMs = performance.now() - began;
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) done({ tookMs, json: JSON.parse(text) });
        else failed(new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`));
      });
    });
    asked.on('error', failed).end(body && JSON.stringify(body));
  });
}

async function measure(path) {
  for (let turn = 0; turn < warmUps; turn++) await call('GET', path);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const times = [];
    for (let turn = 0; turn < requestsPerRound; turn++) times.push((await call('GET', path)).tookMs);
    times.sort((a, b) => a - b);
    results.push({ p50: times[Math.ceil(times.length * 0.5) - 1], p95: times[Math.ceil(times.length * 0.95) - 1] });
  }

  const median = pick => results.map(pick).sort((a, b) => a - b)[(rounds - 1) / 2];
  return { p50: median(one => one.p50), p95: median(one => one.p95), worst: Math.max(...results.map(one => one.p95)) };
}

async function measureAll(count) {
  const pages = Math.ceil(count / pageSize);
  const list = page => `/api/v1/supply/earnings/records?${range}&page=${page}&page_size=${pageSize}`;
  const bill = await call('GET', `/api/v1/supply/billing?${range}`);
  const last = await call('GET', list(pages));
  if (last.json.pagination.total !== count || last.json.data.length !== (count % pageSize || pageSize))
    throw new Error(`The last page does not show the end of ${count} records.`);
  if (bill.json.data.summary.total_requests !== count) throw new Error(`The bill does not have ${count} requests.`);

  return {
    first: await measure(list(1)),
    deep: await measure(list(Math.min(deepPage, pages))),
    last: await measure(list(pages)),
    bill: await measure(`/api/v1/supply/billing?${range}`),
  };
}

function table(small, large) {
  const name = many.toLocaleString('en');
  const rows = {
    first: 'records, page 1',
    deep: pages(few) < deepPage ? `records, page ${deepPage} (*)` : `records, page ${deepPage}`,
    last: 'records, the last page',
    bill: 'billing summary',
  };
  const cell = one => `${one.p50.toFixed(2)} / ${one.p95.toFixed(2)}`;
  return [
    `| p50 / p95 in ms | ${few.toLocaleString('en')} records | ${name} records | highest p95 | p50 grows by |`,
    '|---|---|---|---|---|',
    ...Object.entries(rows).map(([key, what]) =>
      `| ${what} | ${cell(small[key])} | ${cell(large[key])} | ${large[key].worst.toFixed(2)} `
      + `| ${(large[key].p50 / small[key].p50).toFixed(2)} |`),
    '',
    `(*) ${few.toLocaleString('en')} records have ${pages(few)} pages of ${pageSize}; there it is the last of them.`,
  ].join('\n');
}

const pages = count => Math.ceil(count / pageSize);

function keep(results) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${day(Date.now())}-supply.md`);
  const machine = `${cpus().length} x ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const database = `PostgreSQL ${sql('show server_version').split(' ')[0]} with its own settings, less fsync`;
  writeFileSync(file, `# What a supplier waits for

- Command: \`make bench-supply\`, at commit ${commit}.
- Machine: ${machine}, with service, database and client on it together.
- Database: ${database}.
- One supplier, ${days} days, ${platforms.length} platforms, ${pageSize} records a page, always the whole range.
- One connection, one request after the other: the median of ${rounds} rounds of ${requestsPerRound}, the highest p95.
- Loaded by COPY with the sums of days and the counts of minutes; ledger and lots stay empty: nothing here reads them.

${results}
`);
  console.log(`kept in ${file.slice(root.length + 1)}`);
}

async function start() {
  service = spawn(binary, ['serve'], {
    env: {
      PATH: process.env.PATH,
      ASPNETCORE_URLS: 'http://127.0.0.1:0',
      ConnectionStrings__Supply: process.env.ConnectionStrings__Supply,
      Supply__MasterKey: randomBytes(32).toString('base64'),
      Supply__DataDirectory: home,
      Supply__EarningsHold: '3650.00:00:00',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(service.stdout))
    if (line.startsWith('supply: listening on ')) return line.split(' ').at(-1);
  throw new Error('the service did not start');
}

try {
  if (!Number.isInteger(many) || many < few) throw new Error(`ROWS must be a whole number from ${few}.`);
  address = await start();
  service.stdout.resume();
  await call('POST', '/api/setup',
    { site_name: 'Bench', username: 'admin', email: 'admin@example.com', password: randomBytes(12).toString('hex') });
  const made = await call('POST', '/auth/password/register',
    { username: 'supplier', email: 'supplier@example.com', password: randomBytes(12).toString('hex') });
  token = made.json.token;
  const user = made.json.user.id;
  sql(`select make_month_partitions('${day(now - days * dayMs)}', 4)`);

  await load(user, 0, few);
  const small = await measureAll(few);
  await load(user, few, many);
  const large = await measureAll(many);

  const results = table(small, large);
  console.log(`\n${results}\n`);
  if (many === rowsDefault) keep(results);
  const slow = Object.values(large).filter(one => one.worst > limitMs);
  if (slow.length > 0) throw new Error(`a p95 is above ${limitMs} ms`);
} catch (problem) {
  console.error(`bench/supply.mjs: ${problem.message}`);
  process.exitCode = 1;
} finally {
  agent.destroy();
  service?.kill('SIGTERM');
  if (service && service.exitCode === null) await once(service, 'exit');
  rmSync(home, { recursive: true, force: true });
}
