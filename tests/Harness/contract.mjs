// openapi.yaml, and what it says about an answer.
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

export const contract = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: true });
addFormats(ajv);

const COVERED_BY_DEFAULT = new Set([405, 413, 414, 415, 429, 500, 503]);
const PROBLEM = { $ref: '#/components/schemas/Problem' };

export const deref = (node) => node?.$ref
  ? deref(node.$ref.slice(2).split('/').reduce((at, step) => at[step.replace('~1', '/').replace('~0', '~')], contract))
  : node;

// Whether a schema names members at all; a free-form object stays free.
function namesMembers(schema, seen = new Set()) {
  const at = deref(schema);
  if (!at || seen.has(at)) return false;
  seen.add(at);
  return Boolean(at.properties)
    || [...(at.allOf ?? []), ...(at.anyOf ?? []), ...(at.oneOf ?? [])].some((one) => namesMembers(one, seen));
}

// A value's whole schema: a member that no part of it knows is an error.
function closed(schema) {
  const open = branch(schema);
  return namesMembers(schema) ? { ...open, unevaluatedProperties: false } : open;
}

// OpenAPI 3.0 to JSON Schema 2019-09, without saying anything about unknown members at this level.
function branch(schema) {
  if (schema === undefined || typeof schema === 'boolean') return schema ?? true;
  if (schema.$ref) return { $ref: schema.$ref.replace('#/components/schemas/', '#/$defs/') };
  const { nullable, properties, items, allOf, anyOf, oneOf, not, additionalProperties, required, ...rest } = schema;
  const out = { ...rest };
  for (const [flag, bound] of [['exclusiveMinimum', 'minimum'], ['exclusiveMaximum', 'maximum']]) {
    if (out[flag] === true) { out[flag] = out[bound]; delete out[bound]; }
    else if (out[flag] === false) delete out[flag];
  }
  if (properties) {
    // What is write-only has no place in an answer.
    const shown = Object.entries(properties).filter(([, one]) => !deref(one).writeOnly);
    out.properties = Object.fromEntries(shown.map(([name, one]) => [name, closed(one)]));
  }
  if (required) out.required = required.filter((name) => !deref(properties?.[name])?.writeOnly);
  if (items) out.items = closed(items);
  if (allOf) out.allOf = allOf.map(branch);
  if (anyOf) out.anyOf = anyOf.map(branch);
  if (oneOf) out.oneOf = oneOf.map(branch);
  if (not) out.not = branch(not);
  if (typeof additionalProperties === 'object') out.additionalProperties = closed(additionalProperties);
  else if (additionalProperties !== undefined) out.additionalProperties = additionalProperties;
  if (!nullable) return out;
  if (out.type) out.type = [out.type, 'null'];
  if (out.enum && !out.enum.includes(null)) out.enum = [...out.enum, null];
  return out.type ? out : { anyOf: [{ type: 'null' }, out] };
}

const $defs = Object.fromEntries(
  Object.entries(contract.components?.schemas ?? {}).map(([name, schema]) => [name, branch(schema)]));
const compiled = new Map();
function check(schema, value) {
  if (!compiled.has(schema)) compiled.set(schema, ajv.compile({ ...closed(schema), $defs }));
  const validate = compiled.get(schema);
  if (validate(value)) return [];
  return validate.errors.map((e) =>
    `${e.instancePath || '/'} ${e.message}${e.params?.unevaluatedProperty ? `: ${e.params.unevaluatedProperty}` : ''}`);
}

const operations = new Map();
for (const item of Object.values(contract.paths)) {
  for (const method of ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']) {
    if (item[method]) operations.set(item[method].operationId, item[method]);
  }
}

// What a path outside the contract answers with: the error of the surface it lies on.
const [SUPPLY_ERROR, CONSUMERS_ERROR, OPENAI_ERROR, ANTHROPIC_ERROR, GEMINI_ERROR, OPEN_API_ERROR, PLATFORM_ERROR] =
  ['ErrorResponse', 'ConsumersError', 'OpenAiError', 'AnthropicError', 'GeminiError', 'OpenApiError', 'PlatformError']
    .map((name) => ({ $ref: `#/components/schemas/${name}` }));

function errorOfSurface(path) {
  if (/^\/api\/v1\/(supply|supplier)(\/|$)/.test(path)) return SUPPLY_ERROR;
  if (/^\/api\/v1\/(consumers|products)(\/|$)/.test(path)) return CONSUMERS_ERROR;
  if (/^\/api\/v1\/(intents|health)(\/|$)/.test(path)) return OPEN_API_ERROR;
  if (/^\/v1\/messages(\/|$)/.test(path)) return ANTHROPIC_ERROR;
  if (/^\/v1(beta|\/models\/.)/.test(path)) return GEMINI_ERROR;
  return /^\/v1(\/|$)/.test(path) ? OPENAI_ERROR : PLATFORM_ERROR;
}

function checkBody(content, { mediaType, acceptsProblem, body, status, method }) {
  if (method === 'HEAD' || status === 304) return body === '' ? [] : ['no body may follow'];
  if (acceptsProblem && mediaType === 'application/problem+json') return check(PROBLEM, JSON.parse(body));
  if (!content) return body === '' ? [] : [`the contract knows no body, there is ${body.length} characters`];
  const declared = content[mediaType];
  if (!declared) return [`the content type is ${mediaType}, the contract knows ${Object.keys(content).join(', ')}`];
  if (!declared.schema || !/^application\/(.+\+)?json$/.test(mediaType)) return [];
  let value;
  try { value = JSON.parse(body); } catch (error) { return [`the body is not JSON: ${error.message}`]; }
  return check(declared.schema, value);
}

// { operationId, method, path, status, mediaType, acceptsProblem, body } -> { errors: [text], isExplicit }
export function judge(exchange) {
  if (!exchange.operationId) {
    const content = { 'application/json': { schema: errorOfSurface(exchange.path) } };
    return { isExplicit: false, errors: checkBody(content, exchange) };
  }
  const { responses, security } = operations.get(exchange.operationId);
  const explicit = responses[String(exchange.status)];
  const byDefault = COVERED_BY_DEFAULT.has(exchange.status) || (exchange.status === 401 && security?.length === 0);
  const known = explicit ?? (byDefault ? responses.default : undefined);
  if (!known) return { isExplicit: false, errors: [`the contract does not know the status ${exchange.status}`] };
  return { isExplicit: Boolean(explicit), errors: checkBody(deref(known).content, exchange) };
}
