// JSON values in, at the edge of and outside a schema. What JSON.stringify cannot write is a Raw.
import fc from 'fast-check';
import { deref } from '../Harness/contract.mjs';

const LONGEST = 64 * 1024;

export class Raw {
  constructor(text) { this.text = text; }
}

export function write(value) {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${write(one)}`).join(',')}}`;
}

const nested = (depth, open, close) => new Raw(open.repeat(depth) + '1' + close.repeat(depth));

// Long texts stand for themselves by a constant: a counter-example shows what is short, if anything short does it.
export const hostile = fc.constantFrom(
  null, true, '', ' ', '0', -1, 0, 1.5, [], {}, [null], { a: 1 },
  1e308, -1e308, Number.MIN_VALUE, new Raw('1e400'), new Raw('-0'), new Raw('1E2'), new Raw('10.0'),
  new Raw('99999999999999999999'), new Raw('-99999999999999999999'), new Raw('9223372036854775808'),
  new Raw('0.00000000000000000000000000001'), new Raw('79228162514264337593543950336'),
  '99999999999999999999', '1e308', 'NaN', '-1', '+1', '1,5', ' 1', '0x10', '٣', '１',
  'a\u0000b', new Raw('"\\ud800"'), new Raw('"\\udc00\\ud800"'), '\uFFFE', '👩‍👩‍👧‍👦', 'שלום\u202Eمرحبا',
  'e\u0301\u0301\u0301',
  '\r\nX-Injected: 1', '../../etc/passwd', "' or 1=1 --", '<script>', '%00', '{{7*7}}', '*', '**',
  new Raw('"\\u0041"'), new Raw('NaN'), new Raw("'a'"), new Raw('01'), new Raw('.5'), new Raw('"\t"'),
  new Raw('"\\x"'),
  'a'.repeat(101), 'a'.repeat(4097), 'a'.repeat(LONGEST), '👍'.repeat(LONGEST / 4), Array(300).fill(1),
  nested(31, '[', ']'), nested(70, '[', ']'), nested(3000, '[', ']'), nested(70, '{"a":', '}'));

const BY_FORMAT = {
  date: fc.date({ min: new Date('2024-01-01'), max: new Date('2028-12-31'), noInvalidDate: true })
    .map((one) => one.toISOString().slice(0, 10)),
  'date-time': fc.date({ noInvalidDate: true, min: new Date(0) }).map((one) => one.toISOString()),
  email: fc.stringMatching(/^[a-z]{8,20}$/).map((one) => `${one}@example.com`),
  uuid: fc.uuid(),
  uri: fc.webUrl(),
};

function textOf(at, beyond) {
  if (BY_FORMAT[at.format]) return BY_FORMAT[at.format];
  if (at.pattern) return fc.stringMatching(new RegExp(at.pattern));
  const [min, max] = [at.minLength ?? 0, at.maxLength ?? 200];
  const within = [
    fc.string({ minLength: min, maxLength: Math.min(max, min + 30) }),
    fc.string({ unit: 'grapheme', minLength: min, maxLength: Math.min(max, min + 30) }),
    fc.constantFrom('a'.repeat(min), 'a'.repeat(max), '字'.repeat(max)),
  ];
  const outside = fc.constantFrom('a'.repeat(Math.max(0, min - 1)), 'a'.repeat(max + 1), '👍'.repeat(max));
  return fc.oneof(...within, ...(beyond ? [outside] : []));
}

function numberOf(at, beyond) {
  const step = at.type === 'integer' ? 1 : 0.000001;
  const [min, max] = [at.minimum ?? 0, at.maximum ?? 2 ** 31];
  const inside = at.type === 'integer'
    ? fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) })
    : fc.integer({ min: 0, max: 100_000_000 }).map((one) => Math.min(max, Math.max(min, one / 1_000_000)));
  const edges = [min, min + step, max, ...(beyond ? [min - step, max + step, max * 10, -max] : [])];
  return fc.oneof(inside, fc.constantFrom(...edges));
}

function objectOf(at, beyond, depth) {
  const required = new Set(at.required ?? []);
  const members = Object.entries(at.properties ?? {}).map(([name, one]) => {
    const value = valueOf(one, beyond, depth + 1);
    return [name, required.has(name) ? value : fc.option(value, { nil: undefined })];
  });
  return fc.record(Object.fromEntries(members))
    .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)));
}

/** Values of a schema; with `beyond` also such as are just outside its bounds. */
export function valueOf(schema, beyond = false, depth = 0) {
  const at = deref(schema) ?? {};
  const inner = (one) => valueOf(one, beyond, depth);
  let values;
  if (depth > 6) values = fc.constant(null);
  else if (at.enum) values = fc.constantFrom(...at.enum);
  else if (at.oneOf ?? at.anyOf) values = fc.oneof(...(at.oneOf ?? at.anyOf).map(inner));
  else if (at.allOf) values = fc.tuple(...at.allOf.map(inner)).map((parts) => Object.assign({}, ...parts));
  else if (at.type === 'string') values = textOf(at, beyond);
  else if (at.type === 'integer' || at.type === 'number') values = numberOf(at, beyond);
  else if (at.type === 'boolean') values = fc.boolean();
  else if (at.type === 'array') {
    const length = { minLength: at.minItems ?? 0, maxLength: Math.min(at.maxItems ?? 4, 4) };
    values = fc.array(valueOf(at.items, beyond, depth + 1), length);
  } else if (at.properties) values = objectOf(at, beyond, depth);
  else values = fc.jsonValue({ maxDepth: 2 });
  return at.nullable ? fc.option(values) : values;
}

// Every place in a value that can be changed: [holder, name].
function places(value, found = []) {
  if (value === null || typeof value !== 'object' || value instanceof Raw) return found;
  for (const name of Object.keys(value)) {
    found.push([value, name]);
    places(value[name], found);
  }
  return found;
}

const change = fc.record({
  place: fc.nat(50),
  deed: fc.oneof(
    { weight: 6, arbitrary: hostile.map((one) => ({ put: one })) },
    { weight: 1, arbitrary: fc.constant({ remove: true }) },
    { weight: 1, arbitrary: fc.constant({ add: 'unknown' }) },
    { weight: 1, arbitrary: fc.constant({ add: '__proto__' }) }),
});

// An assignment to __proto__ would not make a member.
const put = (holder, name, value) =>
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });

function changed([value, changes]) {
  const copy = copyOf(value);
  for (const { place, deed } of changes) {
    const all = places(copy);
    if (all.length === 0) return 'put' in deed ? copyOf(deed.put) : copy;
    const [holder, name] = all[place % all.length];
    if (deed.remove && !Array.isArray(holder)) delete holder[name];
    else if (deed.add && !Array.isArray(holder)) put(holder, deed.add, 1);
    else if ('put' in deed) put(holder, name, copyOf(deed.put));
  }
  return copy;
}

function copyOf(value) {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value === null || typeof value !== 'object' || value instanceof Raw) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyOf(one)]));
}

/** Good values with one to three things another way. */
export const mutated = (values) =>
  fc.tuple(values, fc.array(change, { minLength: 1, maxLength: 3 })).map(changed);

/** Text that is no JSON, or not quite. */
export const broken = (values) => fc.tuple(values.map(write), fc.nat(1000)).chain(([text, at]) => fc.constantFrom(
  text.slice(0, at % (text.length + 1)), '', ' ', 'null', '[]', '""', '0', `[${text}]`, `${text}}`, `${text}${text}`,
  `\uFEFF${text}`, `/**/${text}`, text.replace('{', '{,'), text.replace(/"/g, "'"),
  text.replace(/^\{("[^"]*":)/, '{$1null,$1'), Buffer.from(text, 'utf16le'), Buffer.from([0x7b, 0x22, 0xff, 0xfe]),
  '\u0000'.repeat(100), '('.repeat(5000), nested(5000, '[', ']').text));
