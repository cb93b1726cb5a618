// The official SDK against the gateway. One JSON line per case: { name, ...what the case saw } or { name, error }.
import OpenAI from 'openai';

const { baseURL, key, unpaidKey, model } = JSON.parse(process.argv[2]);
const client = (apiKey) => new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const paid = client(key);
const messages = [{ role: 'user', content: 'Say hello. !chunks=4 !tokens=12,4' }];

async function streamed(options) {
  const stream = await paid.chat.completions.create({ model, messages, stream: true, ...options });
  let text = '';
  let finish = null;
  let usage = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  return { text, finish, usage };
}

const cases = {
  async models() {
    const page = await paid.models.list();
    return { ids: page.data.map((one) => one.id), objects: [...new Set(page.data.map((one) => one.object))] };
  },
  async unary() {
    const completion = await paid.chat.completions.create({ model, messages });
    const [choice] = completion.choices;
    return {
      object: completion.object, model: completion.model, role: choice.message.role, text: choice.message.content,
      finish: choice.finish_reason, usage: completion.usage, requestId: completion._request_id,
    };
  },
  stream: () => streamed({}),
  streamWithUsage: () => streamed({ stream_options: { include_usage: true } }),
  async image() {
    const made = await paid.images.generate({ model, prompt: 'A pixel. !tokens=10,272', quality: 'low' });
    return { pictures: made.data.map((one) => one.b64_json.slice(0, 4)), usage: made.usage };
  },
  async streamedImage() {
    const types = [];
    const asked = { model, prompt: 'A pixel. !tokens=10,272', stream: true, partial_images: 1 };
    for await (const event of await paid.images.generate(asked)) types.push(event.type);
    return { types };
  },
  badKey: () => client('sk-' + 'A'.repeat(43)).models.list(),
  unknownModel: () => paid.chat.completions.create({ model: 'no-such-model', messages }),
  unpaid: () => client(unpaidKey).chat.completions.create({ model, messages }),
};

for (const [name, run] of Object.entries(cases)) {
  let line;
  try {
    line = await run();
  } catch (error) {
    line = { error: error.constructor.name, status: error.status, code: error.code, message: error.message };
  }
  console.log(JSON.stringify({ name, ...line }));
}
