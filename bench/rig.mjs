// What the measurements of the gateway share: processes, and a service with something on sale.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const home = mkdtempSync('/tmp/supply-bench.');
export const model = 'bench';
const packages = 40;
const binary = join(root, 'artifacts/supply');
const symbols = join(root, 'artifacts/publish/Host/release_linux-x64/supply.dbg');
const children = [];
let environment = {};
let counters;

export const median = list => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
export const sleep = ms => new Promise(done => setTimeout(done, ms));
export const pidOfLast = () => children.at(-1).pid;

// One exit for every measurement: nothing stays behind.
export async function finish() {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map(child => child.exitCode ?? new Promise(done => child.once('exit', done))));
  rmSync(home, { recursive: true, force: true });
}

export async function startUpstream() {
  return announced(
    start(
      join(root, 'artifacts/publish/BenchUpstream/release_linux-x64/bench-upstream'),
      ['--urls', 'http://127.0.0.1:0']),
    'upstream: listening on ');
}

export function freePort() {
  return new Promise(found => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

export function start(command, args, env = {}, errors = 'inherit') {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', errors] });
  children.push(child);
  return child;
}

export async function announced(child, words) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith(words)) {
      child.stdout.resume();
      return line.slice(words.length).trim();
    }
  }

  throw new Error(`nobody said "${words}"`);
}

export async function answers(url) {
  for (let tries = 0; tries < 300; tries++) {
    try {
      await fetch(url);
      return;
    } catch {
      await sleep(100);
    }
  }

  throw new Error(`${url} does not answer`);
}

export async function startOurs(upstream) {
  const runtime = Object.entries(process.env).filter(([name]) => name.startsWith('DOTNET_'));
  environment = {
    ...Object.fromEntries(runtime),
    ASPNETCORE_URLS: 'http://127.0.0.1:0',
    ConnectionStrings__Supply: process.env.ConnectionStrings__Supply,
    Supply__MasterKey: randomBytes(32).toString('base64'),
    Supply__DataDirectory: home,
    Supply__Providers__openai__BaseUrl: upstream,
  };
  const child = start(binary, ['serve'], environment);
  return { url: await announced(child, 'supply: listening on '), pid: child.pid };
}

// Another subcommand of ours over the same database: whether it found all well, and its last words.
export function verdictOf(command) {
  const last = text => text.toString().trim().split('\n').at(-1);
  try {
    return { isGood: true, words: last(execFileSync(binary, [command], { env: environment })) };
  } catch (error) {
    return { isGood: false, words: last(`${error.stdout}${error.stderr}`) };
  }
}

export function sql(text) {
  const server = Object.fromEntries(process.env.ConnectionStrings__Supply.split(';').map(one => one.split('=')));
  const env = {
    PATH: process.env.PATH,
    PGHOST: server.Host,
    PGPORT: server.Port,
    PGUSER: server.Username,
    PGDATABASE: server.Database,
  };
  return execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text], { env }).toString().trim();
}

export async function sell(url) {
  const call = async (method, path, token, body, key) => {
    const headers = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    if (key) Object.assign(headers, { 'x-request-id': key, 'idempotency-key': key });
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const person = name => ({ username: name, email: `${name}@example.com`, password: 'correct horse battery' });
  const admin = (await call('POST', '/api/setup', null, { site_name: 'Bench', ...person('admin') })).token;
  const supplier = (await call('POST', '/auth/password/register', null, person('supplier'))).token;
  const consumer = await call('POST', '/auth/password/register', null, person('consumer'));
  const account = (await call('POST', '/api/v1/supply/accounts', supplier, {
    provider: 'openai', account_type: 'api_key', credential_input: `sk-${'a'.repeat(40)}`, risk_ack: true,
  }, 'bench-account')).data.account_id;
  await call('POST', `/api/v1/supply/accounts/${account}/activate`, supplier);
  // A package takes 100,000 calls a minute at most, so there are as many as it takes, in turn.
  for (let one = 0; one < packages; one++) {
    const offer = (await call('POST', '/api/v1/supply/packages/draft', supplier, {
      supply_account_id: account, model, total_quota: 1_000_000, price_per_1m_input: 1, price_per_1m_output: 2,
      valid_days: 30, max_concurrent: 1000, rate_limit_rpm: 100_000,
    })).data.package_id;
    await call('POST', `/api/v1/supply/packages/${offer}/publish`, supplier, null, `bench-publish-${one}`);
  }

  await call('PUT', '/api/routing', admin, { rule: 'round_robin' });
  await call('PUT', `/api/users/${consumer.user.id}`, admin, { balance: '1000000' });
  return (await call('POST', '/api/user/api-keys', consumer.token, {})).key;
}

const stat = one => readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ');

// A process and all that it started.
function familyOf(pid) {
  const family = [];
  for (const one of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      family.push([Number(one), Number(stat(one)[1])]);
    } catch { /* gone meanwhile */ }
  }

  const mine = new Set([pid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [one, parent] of family) grown = mine.has(parent) && !mine.has(one) && Boolean(mine.add(one)) || grown;
  }

  return [...mine];
}

// User and system time of a process and all that it started, in seconds.
export function cpuOf(pid) {
  return familyOf(pid).reduce((sum, one) => {
    try {
      const fields = stat(one);
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return sum;
    }
  }, 0);
}

export const residentMb = pid => familyOf(pid).reduce((sum, one) => sum + residentMbOf(one), 0);
const residentMbOf = pid => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

// Ours has nothing to do any more: all calls are posted.
export async function rested(pid) {
  for (let [tries, quiet] = [0, 0]; tries < 600; tries++) {
    const before = cpuOf(pid);
    await sleep(300);
    quiet = cpuOf(pid) - before < 0.015 ? quiet + 1 : 0;
    if (quiet === 3) return;
  }

  throw new Error('the calls of a round were not posted within three minutes');
}

// What the runtime in our binary has handed out so far, in bytes: its own counters, read where the symbols that were
// published with the binary say that they are. Nothing of it is in the service. Null without those symbols.
export function allocatedBy(pid) {
  counters ??= findCounters();
  if (counters.length === 0) return null;
  const start = BigInt(`0x${/^\w+/.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))[0]}`);
  const memory = openSync(`/proc/${pid}/mem`);
  const word = Buffer.alloc(8);
  let sum = 0n;
  for (const at of counters) {
    readSync(memory, word, 0, word.length, start + at);
    sum += word.readBigUInt64LE();
  }

  closeSync(memory);
  return Number(sum);
}

function findCounters() {
  const quietly = { stdio: ['ignore', 'pipe', 'ignore'] };
  const buildOf = file => /Build ID: (\w+)/.exec(execFileSync('readelf', ['-n', file], quietly).toString())[1];
  if (!existsSync(symbols) || buildOf(symbols) !== buildOf(binary)) return [];
  const names = execFileSync('nm', ['-C', symbols], { maxBuffer: 1 << 30 }).toString();
  const counter = /^(\w+) \w WKS::gc_heap::total_alloc_bytes_(?:soh|uoh)$/gm;
  return [...names.matchAll(counter)].map(([, at]) => BigInt(`0x${at}`));
}
