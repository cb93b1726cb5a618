// The official SDKs while the gateway keeps a quiet line alive: what they hear of an answer, and of an error.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const { origin, openai, anthropic, gemini } = JSON.parse(process.argv[2]);
const slow = '!firstbyte=700 !slow=500 !chunks=2';
const failing = '!firstbyte=700 !status=500';

const ways = {
  async openai(content) {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: openai.key, maxRetries: 0 });
    const messages = [{ role: 'user', content }];
    let text = '';
    for await (const chunk of await client.chat.completions.create({ model: openai.model, messages, stream: true }))
      text += chunk.choices[0].delta.content ?? '';
    return text;
  },
  async anthropic(content) {
    const client = new Anthropic({ baseURL: origin, apiKey: anthropic.key, maxRetries: 0 });
    const asked = { model: anthropic.model, max_tokens: 100, messages: [{ role: 'user', content }] };
    return (await client.messages.stream(asked).finalMessage()).content[0].text;
  },
  async gemini(contents) {
    const client = new GoogleGenAI({ apiKey: gemini.key, httpOptions: { baseUrl: origin } });
    let text = '';
    for await (const chunk of await client.models.generateContentStream({ model: gemini.model, contents }))
      text += chunk.text ?? '';
    return text;
  },
};

for (const [name, ask] of Object.entries(ways)) {
  const text = await ask(slow);
  const error = await ask(failing).catch((told) => told.constructor.name);
  console.log(JSON.stringify({ name, text, error }));
}
