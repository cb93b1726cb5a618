// How big the service is, in bytes, in time and in memory. Run by `make size`, which provides an empty database;
// the first start migrates it, the measured ones find it as a restarted service would.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = join(dirname(dirname(fileURLToPath(import.meta.url))), 'artifacts', 'supply');
const limits = { binaryMb: 40, coldStartMs: 250, idleMb: 100 };
const startCount = 10;
const idleMs = 5000;
const patienceMs = 10_000;

const home = mkdtempSync('/tmp/supply-size.');
const environment = {
  PATH: process.env.PATH,
  ConnectionStrings__Supply: process.env.ConnectionStrings__Supply,
  Supply__MasterKey: randomBytes(32).toString('base64'),
  Supply__DataDirectory: home,
};

let running;
const sleep = ms => new Promise(done => setTimeout(done, ms));

function freePort() {
  return new Promise(found => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

function status(port) {
  return new Promise(done => {
    get({ host: '127.0.0.1', port, path: '/health', agent: false }, answer => {
      answer.resume();
      done(answer.statusCode);
    }).on('error', () => done(0));
  });
}

async function start() {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(binary, ['serve'], {
    env: { ...environment, ASPNETCORE_URLS: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running = child;
  const gone = new Promise(done => child.once('exit', code => done(code)));
  while (await status(port) !== 200) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    if (performance.now() - began > patienceMs) throw new Error('the service does not answer');
    await sleep(1);
  }

  const tookMs = performance.now() - began;
  const stop = async () => {
    child.kill('SIGTERM');
    const code = await gone;
    if (code !== 0) throw new Error(`the service ended with ${code} on SIGTERM`);
  };
  return { tookMs, pid: child.pid, stop };
}

function residentMb(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

function report(what, value, limit, unit) {
  const over = value > limit;
  const measured = `${value.toFixed(1).padStart(7)} ${unit.padEnd(2)}`;
  console.log(`${what.padEnd(28)} ${measured}  limit ${limit}${over ? '  OVER' : ''}`);
  if (over) process.exitCode = 1;
}

try {
  execFileSync(binary, ['migrate'], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });

  const times = [];
  let idleMb = 0;
  for (let run = 0; run < startCount; run++) {
    const service = await start();
    times.push(service.tookMs);
    if (run === startCount - 1) {
      await sleep(idleMs);
      idleMb = residentMb(service.pid);
    }

    await service.stop();
  }

  times.sort((a, b) => a - b);
  const median = (times[startCount / 2 - 1] + times[startCount / 2]) / 2;
  report('binary', statSync(binary).size / 1024 / 1024, limits.binaryMb, 'MB');
  report(`cold start, median of ${startCount}`, median, limits.coldStartMs, 'ms');
  report(`cold start, longest of ${startCount}`, times[startCount - 1], limits.coldStartMs, 'ms');
  report(`resident after ${idleMs / 1000} s idle`, idleMb, limits.idleMb, 'MB');
} catch (problem) {
  console.error(`bench/size.mjs: ${problem.message}`);
  process.exitCode = 1;
} finally {
  running?.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
}
