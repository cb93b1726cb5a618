// The official SDK against the gateway. One JSON line per case: { name, ...what the case saw } or { name, error }.
import { GoogleGenAI } from '@google/genai';

const { baseURL, key, unpaidKey, model } = JSON.parse(process.argv[2]);
const client = (apiKey, options) =>
  new GoogleGenAI({ apiKey, ...options, httpOptions: { baseUrl: baseURL, timeout: 20_000 } });
const paid = client(key);
const hello = { model, contents: 'Say hello. !chunks=4 !tokens=12,4', config: { maxOutputTokens: 1000 } };
const weather = {
  name: 'weather', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
};
const withTools = {
  model, contents: '!tool', config: { maxOutputTokens: 1000, tools: [{ functionDeclarations: [weather] }] },
};
const seen = (answer) => ({
  text: answer.text, finish: answer.candidates?.[0]?.finishReason, usage: answer.usageMetadata,
  calls: answer.functionCalls?.map((one) => ({ name: one.name, input: one.args })),
});

async function streamed(request) {
  const all = { text: '', calls: [] };
  for await (const chunk of await paid.models.generateContentStream(request)) {
    const { text, calls, finish, usage } = seen(chunk);
    all.text += text ?? '';
    all.calls.push(...(calls ?? []));
    Object.assign(all, { finish, usage });
  }
  return all;
}

const cases = {
  async models() {
    const names = [];
    for await (const one of await paid.models.list({ config: { queryBase: true } })) names.push(one.name);
    return { names };
  },
  unary: async () => seen(await paid.models.generateContent(hello)),
  stable: async () => seen(await client(key, { apiVersion: 'v1' }).models.generateContent(hello)),
  stream: () => streamed(hello),
  tools: async () => seen(await paid.models.generateContent(withTools)),
  streamedTools: () => streamed(withTools),
  async count() {
    const counted = await paid.models.countTokens({ model, contents: 'Say hello. !tokens=12' });
    return { tokens: counted.totalTokens };
  },
  broken: () => streamed({ ...hello, contents: '!chunks=9 !cut=3' }),
  badKey: () => client('sk-' + 'A'.repeat(43)).models.generateContent(hello),
  unknownModel: () => paid.models.generateContent({ ...hello, model: 'no-such-model' }),
  unpaid: () => client(unpaidKey).models.generateContent(hello),
};

for (const [name, run] of Object.entries(cases)) {
  let line;
  try {
    line = await run();
  } catch (error) {
    line = { error: error.constructor.name, status: error.status ?? null, message: error.message };
  }
  console.log(JSON.stringify({ name, ...line }));
}
