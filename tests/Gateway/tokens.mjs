// Signs tokens as an application would, by code that is not the service's. Gets {keys: [{alg, kid}], claims: {name:
// {...}}, isNamed} and prints {jwks, tokens: {kid: {name: token}}}; tokens that are not named do not tell their kid.
import { generateKeyPairSync, sign } from 'node:crypto';

const order = JSON.parse(process.argv[2]);
const kinds = {
  ES256: {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    sign: (text, key) => sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }),
  },
  RS256: {
    make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    sign: (text, key) => sign('sha256', text, key),
  },
  EdDSA: {
    make: () => generateKeyPairSync('ed25519'),
    sign: (text, key) => sign(null, text, key),
  },
};

const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwks = { keys: [] };
const tokens = {};
for (const { alg, kid } of order.keys) {
  const { publicKey, privateKey } = kinds[alg].make();
  jwks.keys.push({ ...publicKey.export({ format: 'jwk' }), kid });
  tokens[kid] = {};
  for (const [name, claims] of Object.entries(order.claims)) {
    const text = `${part({ alg, ...(order.isNamed ? { kid } : {}), typ: 'JWT' })}.${part(claims)}`;
    tokens[kid][name] = `${text}.${kinds[alg].sign(Buffer.from(text), privateKey).toString('base64url')}`;
  }
}

console.log(JSON.stringify({ jwks, tokens }));
