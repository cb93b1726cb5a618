// Checks a statement offline: node verify-statement.mjs FILE JWKS   (JWKS: a saved /.well-known/jwks.json)
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const canonical = (value) => Array.isArray(value) ? `[${value.map(canonical).join(',')}]`
  : Object(value) !== value ? JSON.stringify(value)
  : `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;

// A file that is not, byte for byte, as the platform writes it, is not taken.
function read(file) {
  if (!file.startsWith('{')) {
    const row = /\r\nsignature,ES256,([\w-]+),([\w-]+)\r\n$/.exec(file);
    return { body: file.slice(0, row.index + 2), kid: row[1], value: row[2] };
  }
  const { statement, signature } = JSON.parse(file);
  const { algorithm, key_id: kid, value } = signature;
  if (algorithm !== 'ES256' || canonical({ statement, signature: { algorithm, key_id: kid, value } }) !== file) throw 0;
  return { body: canonical(statement), kid, value };
}

export function isGenuine(bytes, { keys }) {
  try {
    const { body, kid, value } = read(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    const key = createPublicKey({ key: keys.find((one) => one.kid === kid), format: 'jwk' });
    const raw = Buffer.from(value, 'base64url');
    return raw.toString('base64url') === value
      && verify('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }, raw);
  } catch { return false; }
}

const [, script, file, keys] = process.argv;
if (script === import.meta.filename) {
  const good = isGenuine(readFileSync(file), JSON.parse(readFileSync(keys)));
  console.log(`${file}: ${good ? 'good' : 'altered, or signed with another key'}`);
  process.exitCode = good ? 0 : 1;
}
