// The official SDK against the gateway. One JSON line per case: { name, ...what the case saw } or { name, error }.
import Anthropic from '@anthropic-ai/sdk';

const { baseURL, key, unpaidKey, model } = JSON.parse(process.argv[2]);
const client = (apiKey) => new Anthropic({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const paid = client(key);
const asking = (content, more) =>
  ({ model, max_tokens: 1000, messages: [{ role: 'user', content }], ...more });
const hello = asking('Say hello. !chunks=4 !tokens=12,4');
const tools = [{
  name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}];
const seen = (message) => ({
  type: message.type, role: message.role, finish: message.stop_reason, usage: message.usage,
  text: message.content.filter((one) => one.type === 'text').map((one) => one.text).join(''),
  calls: message.content.filter((one) => one.type === 'tool_use').map((one) => ({ name: one.name, input: one.input })),
});

const cases = {
  async models() {
    const page = await paid.models.list();
    return { ids: page.data.map((one) => one.id), hasMore: page.has_more };
  },
  unary: async () => seen(await paid.messages.create(hello)),
  stream: async () => seen(await paid.messages.stream(hello).finalMessage()),
  tools: async () => seen(await paid.messages.create(asking('!tool', { tools }))),
  streamedTools: async () => seen(await paid.messages.stream(asking('!tool', { tools })).finalMessage()),
  count: async () => ({ tokens: (await paid.messages.countTokens({ model, messages: hello.messages })).input_tokens }),
  broken: async () => seen(await paid.messages.stream(asking('!chunks=9 !cut=3')).finalMessage()),
  badKey: () => client('sk-' + 'A'.repeat(43)).messages.create(hello),
  unknownModel: () => paid.messages.create({ ...hello, model: 'no-such-model' }),
  unpaid: () => client(unpaidKey).messages.create(hello),
};

for (const [name, run] of Object.entries(cases)) {
  let line;
  try {
    line = await run();
  } catch (error) {
    line = {
      error: error.constructor.name, status: error.status ?? null, type: error.error?.error?.type ?? null,
      message: error.message,
    };
  }
  console.log(JSON.stringify({ name, ...line }));
}
