// Makes what the docs page embeds: artifacts/docs/scalar.js.br and artifacts/docs/openapi.json.
// `node docs/bundle.mjs` makes whatever is missing or older than its source; file names as arguments limit it to those.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'artifacts', 'docs');

// Single files of two packages are wanted, so they are packed, checked and opened here; installing the first one
// properly would bring 287 MB along.
const scalar = {
  name: '@scalar/api-reference',
  version: '1.72.1',
  sha512: 'XpEJ0rfc/cXbCrR+iC4kK0o/WwX2dTtGQbT049OlPKAHD6IMIFdTeGz2r+M27P2EDWKyUITRm/NzlP8z2pw/Ow==',
};
const yaml = {
  name: 'yaml',
  version: '2.9.1',
  sha512: '3NxN8+78OdzbT7C/WjGsyfPAtJaN3FNDsWxv7Y7mcDsT/oOmgW8BpyQQFFBnvZE3j9Y2Sdz1ULFLezL7Eb2yFw==',
};

const targets = {
  'scalar.js.br': { sources: [], make: makeScript },
  'openapi.json': { sources: ['openapi.yaml'], make: makeJson },
};

function makeScript() {
  const script = readFileSync(join(unpack(scalar), 'dist', 'browser', 'standalone.js'));
  return brotliCompressSync(script, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: script.length },
  });
}

function makeJson() {
  const { parse } = createRequire(import.meta.url)(unpack(yaml));
  return JSON.stringify(parse(readFileSync(join(root, 'openapi.yaml'), 'utf8')));
}

function unpack({ name, version, sha512 }) {
  const folder = join(out, 'packages', `${name.replace(/\W+/g, '-')}-${version}`);
  if (existsSync(folder)) return folder;

  const packing = `${folder}.${process.pid}`;
  mkdirSync(packing, { recursive: true });
  try {
    const npm = ['pack', `${name}@${version}`, '--ignore-scripts', '--silent', '--pack-destination', packing];
    const file = execFileSync('npm', npm, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
    const archive = join(packing, file);
    const found = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (found !== sha512) throw new Error(`${name}@${version}: its sha512 is ${found}, expected ${sha512}`);

    execFileSync('tar', ['-xzf', archive, '-C', packing]);
    renameSync(join(packing, 'package'), folder);
    return folder;
  } finally {
    rmSync(packing, { recursive: true, force: true });
  }
}

function isFresh(file, sources) {
  return existsSync(file) && sources.every(source => statSync(join(root, source)).mtimeMs <= statSync(file).mtimeMs);
}

try {
  mkdirSync(out, { recursive: true });
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets)) {
    const { sources, make } = targets[name];
    const file = join(out, name);
    if (isFresh(file, sources)) continue;

    // Built aside and renamed, so that two builds at once never see half a file.
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, make());
    renameSync(aside, file);
  }
} catch (problem) {
  console.error(`docs/bundle.mjs: ${problem.message.split('\n')[0]}`);
  process.exitCode = 1;
}
