// Every operation of openapi.yaml with good, bad and absurd requests. The service may refuse anything, but in the words
// of the contract, with a request id, never with a fault of its own and never with a part of a credential.
// The one argument is JSON: { origin, tokens: { admin, supplier, key }, app, ids, queries, examples, secrets }; see
// TheContractIsFuzzed.cs. SEED repeats a run, FUZZ_RUNS is the number of requests per operation, FUZZ_ONLY names one.
import { createHmac } from 'node:crypto';
import http from 'node:http';
import fc from 'fast-check';
import { contract, deref, judge } from '../Harness/contract.mjs';
import { broken, mutated, valueOf, write } from './values.mjs';

const setup = JSON.parse(process.argv[2]);
const origin = new URL(setup.origin);
const seed = Number(process.env.SEED || 20261121);
const numRuns = Number(process.env.FUZZ_RUNS || 60);
const AT_ONCE = 8;
const PATIENCE_MS = 30_000;
const URL_MAX = 8000; // above that the web server itself hangs up
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];

const operations = Object.entries(contract.paths).flatMap(([path, item]) => METHODS
  .filter((method) => item[method.toLowerCase()])
  .map((method) => {
    const node = item[method.toLowerCase()];
    const parameters = [...(item.parameters ?? []), ...(node.parameters ?? [])].map(deref);
    const body = deref(node.requestBody)?.content?.['application/json']?.schema;
    const pattern = new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/{[^}]+}/g, '[^/]+')}$`);
    return { id: node.operationId, method, path, pattern, parameters, body, node };
  }));

// Literal segments win over parameters, as they do in the service's own routing.
const operationAt = (method, path) => operations
  .filter((one) => one.method === (method === 'HEAD' ? 'GET' : method) && one.pattern.test(path))
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];

// The answers above 499 that are no fault: a provider or a text message service that others run is part of the call.
const mayFail = (operation) => operation.node.tags.includes('Gateway') || operation.id === 'sendSupplySettlementCode';

const HOSTILE_TEXTS = [
  '', '0', '-1', '1.5', '1e3', '+1', '%2B1', '%201', '99999999999999999999', '9223372036854775807',
  '9223372036854775808', '-9223372036854775809', 'null', '[]', '%00', 'a%00b', '%ED%A0%80', '%F0%9F%91%A9', '%D9%A3',
  '%FF%FE', '%', '%zz', '%0d%0aX-Injected:%201', '%D7%A9%E2%80%AE', 'e%CC%81%CC%81', '2026-02-30', '0001-01-01',
  '9999-12-31', '2026-11-21T00:00:00Z', '%27%20or%201=1', 'a'.repeat(300), 'a'.repeat(3000), '%61'.repeat(500),
];
const HOSTILE_SEGMENTS = [
  ...HOSTILE_TEXTS.filter((one) => one !== ''), '..', '.', '%2e%2e', '..%2F..%2Fetc', '1%2F2', '%5C', '1;a=b', '*',
  '1%3F',
];

const textOf = (value) => {
  try { return encodeURIComponent(`${value}`); } catch { return '%ED%A0%80'; } // half a surrogate pair
};

function segmentOf(operation, parameter) {
  const own = setup.ids[operation.id]?.[parameter.name];
  return fc.oneof(
    ...(own ? [{ weight: 6, arbitrary: fc.constantFrom(...own.map(String)) }] : []),
    { weight: 1, arbitrary: valueOf(parameter.schema, true).map(textOf).filter((one) => one !== '') },
    { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_SEGMENTS) });
}

function queryOf(operation) {
  const declared = operation.parameters.filter((one) => one.in === 'query').map((parameter) => {
    const own = setup.queries[operation.id]?.[parameter.name];
    const values = fc.oneof(
      ...(own ? [{ weight: 6, arbitrary: fc.constant(own) }] : []),
      { weight: 4, arbitrary: valueOf(parameter.schema, true).map(textOf) },
      { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) });
    return fc.array(values, { maxLength: 2 }).map((all) => all.map((one) => `${parameter.name}=${one}`));
  });
  const others = fc.constantFrom(
    [], [], [], [], [], ['unknown=1'], ['unknown'], ['&&='], ['key=sk-in-the-query'], ['PAGE=1'], ['page=1', 'page=2'],
    [`a=${'b'.repeat(6000)}`]);
  return fc.tuple(...declared, others).map((all) => all.flat());
}

const ODD_TYPES = [
  'text/plain', 'application/json; charset=utf-16', 'application/JSON', 'application/json;charset=', '',
  'application/json; charset="UTF-8"', 'garbage',
  'application/x-www-form-urlencoded', 'multipart/form-data', 'application/problem+json', 'application/json, text/html',
];
const ODD_IDS = [
  ['short'], ['a'.repeat(129)], ['has a space in it'], ['quote"in-it-12'], [''], ['caf\u00e9-12345678'],
  ['one-of-two-1', 'two-of-two-2'],
];
const ODD_SIGNATURES = [
  { 'X-App-Id': null }, { 'X-App-Id': 'app_' }, { 'X-App-Id': `app_${'0'.repeat(32)}` }, { 'X-Timestamp': '0' },
  { 'X-Timestamp': '1e3' }, { 'X-Timestamp': '9'.repeat(14) }, { 'X-Timestamp': '\u00b3' },
  { 'X-Signature': '0'.repeat(64) },
  { 'X-Signature': '\u00e9'.repeat(64) }, { 'X-Signature-Profile': '2' },
  { 'X-Signature-Profile': '2', 'X-Nonce': 'a'.repeat(16) },
  { 'X-Signature-Profile': '2', 'X-Nonce': 'a'.repeat(16), 'X-Signed-Headers': 'host;host' },
  { 'X-Signature-Profile': '2', 'X-Nonce': 'a'.repeat(16), 'X-Signed-Headers': ';'.repeat(2000) },
];
let names = 0;

function headersOf(operation) {
  const isForKeys = (operation.node.security ?? []).some((one) => 'ApiKeyAuth' in one);
  const isOpen = operation.node.security?.length === 0;
  const isForAdmins = /^\/api\/(?!v1\/)/.test(operation.path) && '403' in operation.node.responses;
  const right = isForKeys ? setup.tokens.key : isForAdmins ? setup.tokens.admin : setup.tokens.supplier;
  const wrong = [
    'Bearer garbage', 'Bearer ', 'Basic YTpi', '', `Bearer ${right}x`,
    ...Object.values(setup.tokens).map((one) => `Bearer ${one}`)];
  const ids = (odd) => fc.oneof(
    { weight: 12, arbitrary: fc.constant('fresh') }, { weight: odd, arbitrary: fc.constantFrom(...ODD_IDS) });
  return fc.record({
    credential: fc.oneof(
      { weight: isOpen ? 2 : 24, arbitrary: fc.constant(`Bearer ${right}`) },
      { weight: isOpen ? 8 : 1, arbitrary: fc.constant(null) },
      { weight: 2, arbitrary: fc.constantFrom(...wrong) }),
    odd: fc.oneof({ weight: 20, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constantFrom(
      ...ODD_SIGNATURES) }),
    requestId: ids(2),
    idempotencyKey: ids(2),
    type: fc.oneof({ weight: 20, arbitrary: fc.constant('application/json') },
      { weight: 2, arbitrary: fc.constantFrom(...ODD_TYPES) }),
    accept: fc.oneof({ weight: 12, arbitrary: fc.constant(null) },
      { weight: 2, arbitrary: fc.constantFrom('application/problem+json', 'text/html', 'garbage', '') }),
    more: fc.oneof({ weight: 20, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constantFrom(
      ['If-None-Match', '*'], ['Range', 'bytes=0-1'], ['X-HTTP-Method-Override', 'DELETE'], ['Cookie', 'a=b; c'],
      ['X-Big', 'a'.repeat(8000)], ['Origin', 'https://example.com'], ['X-Api-Key', 'garbage'],
      ['Authorization', 'Bearer another'], ['Content-Type', 'text/plain'], ['X-Forwarded-For', '::1, nonsense']) }),
  });
}

function bodyOf(operation) {
  if (!operation.body) return fc.oneof(
    { weight: 10, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom('{}', '', 'null', '{"a":') });
  const examples = (setup.examples[operation.id] ?? []).map((one) => fc.constant(one));
  const good = fc.oneof(...examples, ...examples, valueOf(operation.body));
  return fc.oneof(
    { weight: 4, arbitrary: good.map(write) },
    { weight: 3, arbitrary: valueOf(operation.body, true).map(write) },
    { weight: 9, arbitrary: mutated(fc.oneof(good, valueOf(operation.body, true))).map(write) },
    { weight: 3, arbitrary: broken(good) });
}

function requestOf(operation) {
  const inPath = operation.parameters.filter((one) => one.in === 'path');
  return fc.record({
    method: fc.oneof({ weight: 30, arbitrary: fc.constant(operation.method) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS, 'HEAD', 'OPTIONS', 'TRACE', 'MADE-UP') }),
    segments: fc.tuple(...inPath.map((one) => segmentOf(operation, one))),
    tail: fc.oneof({ weight: 40, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constantFrom('/', '//', '/x', '.') }),
    query: queryOf(operation),
    headers: headersOf(operation),
    body: bodyOf(operation),
  }).map((drawn) => {
    const path = inPath.reduce(
      (at, one, index) => at.replace(`{${one.name}}`, () => drawn.segments[index]), operation.path);
    const query = drawn.query.length > 0 ? `?${drawn.query.join('&')}` : '';
    const target = path + drawn.tail + query;
    return { ...drawn, path: path + drawn.tail, target: target.length > URL_MAX ? path + drawn.tail : target };
  });
}

// An app signs what it sends, whatever that is; now and then not quite.
let lastTime = 0;
function signatureOf(operation, { odd }, request, body) {
  const { security = [] } = operation.node;
  if (security.length === 0 || !security.every((one) => 'AppSignature' in one)) return [];
  lastTime = Math.max(Date.now(), lastTime + 1);
  const mac = createHmac('sha256', setup.app.secret).update(`${request.method}${request.target}${lastTime}`)
    .update(body ?? '').digest('hex');
  const headers = { 'X-App-Id': setup.app.id, 'X-Timestamp': `${lastTime}`, 'X-Signature': mac, ...odd };
  return Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [name, value]));
}

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

function send(operation, request) {
  const number = ++names;
  const body = request.body === null ? null : Buffer.from(request.body);
  const { credential, requestId, idempotencyKey, type, accept, more } = request.headers;
  const asksForKey = operation.parameters.some((one) => one.name === 'Idempotency-Key');
  const address = `172.${16 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  const ids = (name, value, fresh) => (value === 'fresh' ? [fresh] : value).flatMap((one) => [name, one]);
  const headers = [
    'Host', origin.host, 'X-Forwarded-For', address,
    ...(credential === null ? [] : ['Authorization', credential]),
    ...signatureOf(operation, request.headers, request, body),
    ...ids('X-Request-Id', requestId, `fuzz-${number}-${seed}`),
    ...(asksForKey ? ids('Idempotency-Key', idempotencyKey, `fuzz-${number}-${seed}`) : []),
    ...(accept === null ? [] : ['Accept', accept]),
    ...(body ? ['Content-Type', type, 'Content-Length', `${body.length}`] : []),
    ...more,
  ];
  return new Promise((resolve, reject) => {
    const to = { host: origin.hostname, port: origin.port, method: request.method, path: request.target };
    const call = http.request({ ...to, headers, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString('utf8'),
      }));
    });
    call.setTimeout(PATIENCE_MS, () => call.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    call.on('error', reject);
    call.end(body ?? undefined);
  });
}

const VALID_ID = /^[A-Za-z0-9._:-]{8,128}$/;

// Dots are resolved and a slash at the end means nothing, here as there.
const placeOf = (path) => new URL(path, origin).pathname.replace(/(?<=[^/])\/$/, '');

// A path with a NUL in it is no HTTP: the web server hangs up before any of our code runs.
function problemsOf(request, response) {
  const found = [];
  if (request.path.includes('%00') && response.status === 400 && response.body === '') return found;
  const path = placeOf(request.path);
  const operation = operationAt(request.method, path);
  const mediaType = (response.headers['content-type'] ?? '').split(';')[0];
  const isDocumented = operation && String(response.status) in operation.node.responses;
  if (response.status >= 500 && !(isDocumented && mayFail(operation))) found.push('a fault of ours');
  if (!operation && ![400, 401, 404, 405, 415].includes(response.status))
    found.push('what is outside the contract answers 400, 401, 404, 405 or 415');
  if (!VALID_ID.test(response.headers['x-request-id'] ?? '')) found.push('no X-Request-Id');
  if (response.headers['x-injected']) found.push('a header was injected');
  const all = JSON.stringify(response.headers) + response.body;
  if (setup.secrets.some((one) => all.includes(one))) found.push('a part of a credential is in the answer');
  const acceptsProblem = request.headers.accept === 'application/problem+json';
  found.push(...judge({
    operationId: operation?.id, method: request.method, path, status: response.status, mediaType, acceptsProblem,
    body: response.body,
  }).errors);
  return found;
}

const cut = (text, length) => (text.length > length ? `${text.slice(0, length)}… (${text.length})` : text);
const answers = new Map();
let cases = 0;

async function check(operation) {
  const property = fc.asyncProperty(requestOf(operation), async (request) => {
    const response = await send(operation, request);
    cases++;
    answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
    const problems = problemsOf(request, response);
    if (problems.length === 0) return;
    throw new Error(`${response.status}: ${problems.join('; ')}\n${cut(response.body, 2000)}`);
  });
  const run = await fc.check(property, { seed, numRuns, interruptAfterTimeLimit: 120_000 });
  if (!run.failed) return [];
  const [request] = run.counterexample;
  return [
    `${operation.id}: SEED=${run.seed}, after ${run.numRuns} requests, made smaller ${run.numShrinks} times:`,
    `  ${request.method} ${cut(request.target, 1000)}`,
    `  ${JSON.stringify(request.headers)}`,
    `  ${request.body === null ? '(no body)' : cut(JSON.stringify(request.body.toString()), 2000)}`,
    `  ${run.errorInstance?.message ?? run.error}`,
  ];
}

const wanted = process.env.FUZZ_ONLY ? operations.filter((one) => one.id === process.env.FUZZ_ONLY) : operations;
const queue = [...wanted];
const failures = [];
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  while (queue.length > 0) failures.push(...await check(queue.shift()));
}));
agent.destroy();
for (const line of failures) console.log(line);
const byStatus = [...answers].sort(([a], [b]) => a - b).map(([status, count]) => `${status}:${count}`).join(' ');
console.log(`fuzz: ${wanted.length} operations, ${cases} cases, answers by status ${byStatus}`);
process.exitCode = failures.length > 0 ? 1 : 0;
