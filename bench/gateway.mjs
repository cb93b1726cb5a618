// What a call through the gateway costs, beside two bare proxies and another gateway, all on this machine and in the
// same run. Run by `make bench`, which provides the binaries and an empty database.
//
// Peers take turns within every round, and every other round the other way about; before the next takes its turn, ours
// has posted all of its calls. A ratio is taken within a round, as a machine that is shared with others is fast in one
// minute and slow in the next, and the median of all rounds is told: many short rounds tell more than few long ones.
// ROUNDS and SECONDS change how long it takes; ONLY=unary,stream picks scenarios.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  allocatedBy, answers, cpuOf, finish, freePort, home, median, model, pidOfLast, residentMb, rested, root, sell, sleep,
  sql, start, startOurs, startUpstream,
} from './rig.mjs';

const usual = { rounds: Number(process.env.ROUNDS ?? 7), seconds: Number(process.env.SECONDS ?? 2) };
// A slow stream takes five seconds: whole ones are counted.
const slow = { rounds: Math.min(usual.rounds, 3), seconds: Math.max(usual.seconds, 11) };
const only = process.env.ONLY?.split(',');

const chat = (text, more) =>
  `{"model":"${model}","max_tokens":100,"messages":[{"role":"user","content":"${text}"}]${more}}`;
const kilobyte = 'x'.repeat(900);
const image = `data:image/png;base64,${'iVBORw0KGgo'.repeat(Math.ceil(5_000_000 / 11))}`;
const vision = `{"model":"${model}","max_tokens":100,"messages":[{"role":"user","content":[{"type":"image_url",`
  + `"image_url":{"url":"${image}"}}]}]}`;
const scenarios = [
  { name: 'unary, 1 KB, c=1', body: chat(kilobyte, ''), c: 1 },
  { name: 'unary, 1 KB, c=32', body: chat(kilobyte, ''), c: 32 },
  { name: 'unary, 1 KB, c=256', body: chat(kilobyte, ''), c: 256 },
  { name: 'unary, 100 KB, c=32', body: chat('x'.repeat(100_000), ''), c: 32 },
  { name: 'unary, 5 MB image, c=4', body: vision, c: 4 },
  { name: 'stream, 50 events, c=16', body: chat(kilobyte, ',"stream":true'), c: 16 },
  { name: 'slow streams, c=1000', body: chat(kilobyte, ',"stream":true,"user":"slow"'), c: 1000, isSlow: true },
]
  .map(one => ({ ...one, ...(one.isSlow ? slow : usual) }))
  .filter(one => !only || only.some(word => one.name.startsWith(word)));

async function startNginx(upstream) {
  const port = await freePort();
  writeFileSync(join(home, 'nginx.conf'), `
    worker_processes 2; daemon off; pid ${home}/nginx.pid; error_log ${home}/nginx.log; worker_rlimit_nofile 8192;
    events { worker_connections 4096; }
    http {
      access_log off; client_max_body_size 32m; client_body_buffer_size 8m;
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

async function measure(peer, scenario) {
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
  const idle = peer.pid ? residentMb(peer.pid) : 0;
  const books = peer.isOurs ? bookOf(peer.pid) : null;
  const run = wrk(peer, scenario, script);
  let peak = 0;
  while (scenario.isSlow && !run.isOver) {
    peak = Math.max(peak, peer.pid ? residentMb(peer.pid) : 0);
    await sleep(500);
  }

  const said = await run.said;
  const [requests, micros, p50, p99, errors] = /RESULT (.*)/.exec(said)[1].split(' ').map(Number);
  const result = {
    rps: requests / (micros / 1e6),
    p50: p50 / 1000,
    p99: p99 / 1000,
    cpu: peer.pid ? (cpuOf(peer.pid) - before) / requests * 1000 : 0,
    errors,
    kbPerStream: scenario.isSlow ? Math.max(0, peak - idle) * 1024 / scenario.c : 0,
  };
  return books ? { ...result, ...await allocationsSince(books, peer.pid, requests) } : result;
}

// What was allocated, and how many calls were posted, so far.
const bookOf = pid => ({ bytes: allocatedBy(pid), posted: Number(sql('select sum(request_count) from api_keys')) });

// The managed memory that a call takes until it is answered, and until it is posted. Most calls are posted when no
// more come, which tells the one from the other; nothing is told of a handful of calls.
async function allocationsSince(before, pid, calls) {
  const answered = bookOf(pid);
  await rested(pid);
  const after = bookOf(pid);
  const left = after.posted - answered.posted;
  if (before.bytes === null || left < 1000) return {};
  const posting = (after.bytes - answered.bytes) / left;
  return { call: (after.bytes - before.bytes) / calls - posting, posting };
}

function wrk(peer, scenario, script) {
  const run = { isOver: false };
  run.said = new Promise((done, failed) => {
    const args = [
      '-t', Math.min(2, scenario.c), '-c', scenario.c, '-d', `${scenario.seconds}s`,
      '--timeout', '20s', '-s', script, `${peer.url}/v1/chat/completions`,
    ].map(String);
    execFile('wrk', args, (error, text) => {
      run.isOver = true;
      if (error) failed(error);
      else done(text);
    });
  });
  return run;
}

async function peersOf() {
  const upstreamUrl = await startUpstream();
  const upstream = upstreamUrl.slice('http://'.length);
  const json = { 'Content-Type': 'application/json' };
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
  peers.push({ name: 'ours', ...ours, isOurs: true, headers: { ...json, Authorization: `Bearer ${key}` } });
  for (const peer of peers) await answers(peer.url);
  return peers;
}

// The median of what one peer made more than another in the same round.
const ratio = (some, others) => median(some.map((one, round) => one.rps / others[round].rps));

function table(peers, scenario, results) {
  const lines = [`### ${scenario.name}`, '',
    '| | requests/s | of nginx | p50 ms | p99 ms | CPU s per 1,000 | errors |'
      + (scenario.isSlow ? ' KB per stream |' : ''),
    `|---|---|---|---|---|---|---|${scenario.isSlow ? '---|' : ''}`];
  for (const { name } of peers) {
    const all = results.get(name);
    if (all.length === 0) continue;
    const of = what => median(all.map(one => one[what]));
    const errors = all.reduce((sum, one) => sum + one.errors, 0);
    const ofNginx = ratio(all, results.get('nginx')).toFixed(3);
    lines.push(`| ${name} | ${of('rps').toFixed(0)} | ${ofNginx} | ${of('p50').toFixed(2)} `
      + `| ${of('p99').toFixed(2)} | ${of('cpu').toFixed(3)} | ${errors} |`
      + (scenario.isSlow ? ` ${of('kbPerStream').toFixed(0)} |` : ''));
  }

  const rival = results.get('portkey') ?? [];
  if (rival.length > 0) lines.push('', `Ours makes ${ratio(results.get('ours'), rival).toFixed(1)} times portkey's.`);
  const known = results.get('ours').filter(one => one.call !== undefined);
  if (known.length > 0) {
    const of = what => median(known.map(one => one[what])).toFixed(0);
    lines.push('', `Ours allocates ${of('call')} bytes of managed memory for a call, and ${of('posting')} to post it.`);
  }

  return lines.join('\n');
}

try {
  const peers = await peersOf();
  const tables = [];
  for (const scenario of scenarios) {
    const results = new Map(peers.map(peer => [peer.name, []]));
    for (let round = 0; round < scenario.rounds; round++)
      for (const peer of round % 2 === 0 ? peers : peers.toReversed()) {
        if (scenario.isSlow && peer.name === 'portkey') continue;
        results.get(peer.name).push(await measure(peer, scenario));
      }
    tables.push(table(peers, scenario, results));
    console.log(`${tables.at(-1)}\n`);
  }

  const ours = peers.find(one => one.name === 'ours');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root }).toString().trim();
  const text = `# The gateway beside its peers

- Command: \`make bench\`, at commit ${commit}.
- Machine: ${cpus().length} x ${cpus()[0].model.trim()}; clients, peers, upstream and database on it together.
- ${usual.rounds} rounds of ${usual.seconds} s (slow streams: ${slow.rounds} of ${slow.seconds} s), peers in turn within
  a round; medians, of ratios as well, which are taken within a round. CPU is the peer's own; the database's is not
  in it.
- Ours: keys, holds, metering and charging on. Its memory at the end: ${residentMb(ours.pid).toFixed(0)} MB.

${tables.join('\n\n')}
`;
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${new Date().toISOString().slice(0, 10)}-gateway.md`), text);
} finally {
  await finish();
}
