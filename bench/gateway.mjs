// What a call through the gateway costs, beside two bare proxies and another gateway, all on this machine and in the
// same run. Run by `make bench`, which provides the binaries and an empty database.
//
// Peers take turns within every round, so that whatever else the machine does falls on all of them. Ratios are of
// medians over rounds. ROUNDS and SECONDS change how long it takes; ONLY=unary,stream picks scenarios.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rounds = Number(process.env.ROUNDS ?? 3);
const seconds = Number(process.env.SECONDS ?? 5);
const only = process.env.ONLY?.split(',');
const home = mkdtempSync('/tmp/supply-bench.');
const model = 'bench';
const children = [];

const chat = (text, more) =>
  `{"model":"${model}","max_tokens":100,"messages":[{"role":"user","content":"${text}"}]${more}}`;
const kilobyte = 'x'.repeat(900);
const scenarios = [
  { name: 'unary, 1 KB, c=1', body: chat(kilobyte, ''), c: 1 },
  { name: 'unary, 1 KB, c=32', body: chat(kilobyte, ''), c: 32 },
  { name: 'unary, 1 KB, c=256', body: chat(kilobyte, ''), c: 256 },
  { name: 'unary, 100 KB, c=32', body: chat('x'.repeat(100_000), ''), c: 32 },
  { name: 'stream, 50 events, c=16', body: chat(kilobyte, ',"stream":true'), c: 16 },
].filter(one => !only || only.some(word => one.name.startsWith(word)));

const median = list => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const sleep = ms => new Promise(done => setTimeout(done, ms));

function freePort() {
  return new Promise(found => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

function start(command, args, env = {}, errors = 'inherit') {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', errors] });
  children.push(child);
  return child;
}

async function announced(child, words) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith(words)) {
      child.stdout.resume();
      return line.slice(words.length).trim();
    }
  }

  throw new Error(`nobody said "${words}"`);
}

async function answers(url) {
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

async function startNginx(upstream) {
  const port = await freePort();
  writeFileSync(join(home, 'nginx.conf'), `
    worker_processes 2; daemon off; pid ${home}/nginx.pid; error_log ${home}/nginx.log; worker_rlimit_nofile 8192;
    events { worker_connections 4096; }
    http {
      access_log off; client_max_body_size 32m; client_body_buffer_size 1m;
      client_body_temp_path ${home}/nginx-body; proxy_temp_path ${home}/nginx-proxy;
      fastcgi_temp_path ${home}/nginx-f; uwsgi_temp_path ${home}/nginx-u; scgi_temp_path ${home}/nginx-s;
      upstream provider { server ${upstream}; keepalive 512; keepalive_requests 1000000; }
      server {
        listen 127.0.0.1:${port}; keepalive_requests 1000000;
        location / {
          proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
        }
      }
    }`);
  start('nginx', ['-p', home, '-c', join(home, 'nginx.conf')]);
  return `http://127.0.0.1:${port}`;
}

async function startHaproxy(upstream) {
  const port = await freePort();
  writeFileSync(join(home, 'haproxy.cfg'), `
global
  nbthread 2
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
listen proxy
  bind 127.0.0.1:${port}
  server provider ${upstream}
`);
  start('haproxy', ['-db', '-q', '-f', join(home, 'haproxy.cfg')]);
  return `http://127.0.0.1:${port}`;
}

// The rival takes the provider's address from a header. It writes a stack for every stream that it fails.
async function startPortkey() {
  const entry = join(root, 'artifacts/bench/node_modules/@portkey-ai/gateway/build/start-server.js');
  if (!existsSync(entry)) return null;
  const port = await freePort();
  start('node', [entry, `--port=${port}`, '--headless'], {}, 'ignore');
  return `http://127.0.0.1:${port}`;
}

async function startOurs(upstream) {
  const child = start(join(root, 'artifacts/supply'), ['serve'], {
    ASPNETCORE_URLS: 'http://127.0.0.1:0',
    ConnectionStrings__Supply: process.env.ConnectionStrings__Supply,
    Supply__MasterKey: randomBytes(32).toString('base64'),
    Supply__DataDirectory: home,
    Supply__Providers__openai__BaseUrl: upstream,
  });
  return { url: await announced(child, 'supply: listening on '), pid: child.pid };
}

async function sell(url) {
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
  const offer = (await call('POST', '/api/v1/supply/packages/draft', supplier, {
    supply_account_id: account, model, total_quota: 1_000_000_000, price_per_1m_input: 1, price_per_1m_output: 2,
    valid_days: 30, max_concurrent: 1000, rate_limit_rpm: 100_000,
  })).data.package_id;
  await call('POST', `/api/v1/supply/packages/${offer}/publish`, supplier, null, 'bench-publish');
  await call('PUT', `/api/users/${consumer.user.id}`, admin, { balance: '1000000' });
  return (await call('POST', '/api/user/api-keys', consumer.token, {})).key;
}

// User and system time of a process and all that it started, in seconds.
function cpuOf(pid) {
  const stat = one => readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ');
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

  return [...mine].reduce((sum, one) => {
    try {
      const fields = stat(one);
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return sum;
    }
  }, 0);
}

const residentMb = pid => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

function measure(peer, scenario) {
  const script = join(home, 'call.lua');
  writeFileSync(script, `
    wrk.method = "POST"
    local file = io.open("${home}/body", "r"); wrk.body = file:read("*a"); file:close()
    ${Object.entries(peer.headers).map(([name, text]) => `wrk.headers["${name}"] = "${text}"`).join('\n')}
    done = function(summary, latency, requests)
      local e = summary.errors
      io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
    end`);
  writeFileSync(join(home, 'body'), scenario.body);
  const before = peer.pid ? cpuOf(peer.pid) : 0;
  const threads = Math.min(2, scenario.c);
  const said = execFileSync('wrk', [
    '-t', threads, '-c', scenario.c, '-d', `${seconds}s`, '--timeout', '20s', '-s', script,
    `${peer.url}/v1/chat/completions`,
  ].map(String)).toString();
  const [requests, micros, p50, p99, errors] = /RESULT (.*)/.exec(said)[1].split(' ').map(Number);
  return {
    rps: requests / (micros / 1e6),
    p50: p50 / 1000,
    p99: p99 / 1000,
    cpu: peer.pid ? (cpuOf(peer.pid) - before) / requests * 1000 : 0,
    errors,
  };
}

async function peersOf() {
  const upstreamUrl = await announced(
    start(
      join(root, 'artifacts/publish/BenchUpstream/release_linux-x64/bench-upstream'),
      ['--urls', 'http://127.0.0.1:0']),
    'upstream: listening on ');
  const upstream = upstreamUrl.slice('http://'.length);
  const json = { 'Content-Type': 'application/json' };
  const pidOfLast = () => children.at(-1).pid;
  const peers = [{ name: 'no proxy', url: upstreamUrl, headers: json }];
  peers.push({ name: 'nginx', url: await startNginx(upstream), pid: pidOfLast(), headers: json });
  peers.push({ name: 'haproxy', url: await startHaproxy(upstream), pid: pidOfLast(), headers: json });
  const portkey = await startPortkey();
  if (portkey)
    peers.push({
      name: 'portkey', url: portkey, pid: pidOfLast(), headers: {
        ...json,
        Authorization: 'Bearer sk-bench',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `${upstreamUrl}/v1`,
      },
    });
  const ours = await startOurs(upstreamUrl);
  const key = await sell(ours.url);
  peers.push({ name: 'ours', ...ours, headers: { ...json, Authorization: `Bearer ${key}` } });
  for (const peer of peers) await answers(peer.url);
  return peers;
}

function table(peers, scenario, results) {
  const nginx = median(results.get('nginx').map(one => one.rps));
  const lines = [`### ${scenario.name}`, '',
    '| | requests/s | of nginx | p50 ms | p99 ms | CPU s per 1,000 | errors |', '|---|---|---|---|---|---|---|'];
  for (const { name } of peers) {
    const all = results.get(name);
    const of = what => median(all.map(one => one[what]));
    const errors = all.reduce((sum, one) => sum + one.errors, 0);
    lines.push(`| ${name} | ${of('rps').toFixed(0)} | ${(of('rps') / nginx).toFixed(3)} | ${of('p50').toFixed(2)} `
      + `| ${of('p99').toFixed(2)} | ${of('cpu').toFixed(3)} | ${errors} |`);
  }

  return lines.join('\n');
}

try {
  const peers = await peersOf();
  const tables = [];
  for (const scenario of scenarios) {
    const results = new Map(peers.map(peer => [peer.name, []]));
    for (let round = 0; round < rounds; round++)
      for (const peer of peers) results.get(peer.name).push(measure(peer, scenario));
    tables.push(table(peers, scenario, results));
    console.log(`${tables.at(-1)}\n`);
  }

  const ours = peers.find(one => one.name === 'ours');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const text = `# The gateway beside its peers

- Command: \`make bench\`, at commit ${commit}.
- Machine: ${cpus().length} x ${cpus()[0].model.trim()}; clients, peers, upstream and database on it together.
- ${rounds} rounds of ${seconds} s, peers in turn within a round; medians. CPU is the peer's own; the database's is not
  in it.
- Ours: keys, holds, metering and charging on. Its memory at the end: ${residentMb(ours.pid).toFixed(0)} MB.

${tables.join('\n\n')}
`;
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${new Date().toISOString().slice(0, 10)}-gateway.md`), text);
} finally {
  for (const child of children) child.kill('SIGTERM');
  await sleep(500);
  rmSync(home, { recursive: true, force: true });
}
