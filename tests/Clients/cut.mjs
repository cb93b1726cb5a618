// The official SDKs read streams that the gateway ended early, as given. One JSON line per stream: what the SDK saw.
import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const streams = JSON.parse(process.argv[2]);
const named = (path) => path.includes('generateContent') || path.includes('streamGenerate') ? 'events'
  : path.endsWith('/chat/completions') ? 'chat' : path.split('/').at(-1);
const server = createServer((request, response) => {
  const name = named(new URL(request.url, 'http://here').pathname);
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.end(streams[name]);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;
const openai = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'none', maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: origin, apiKey: 'none', maxRetries: 0 });
const google = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: origin } });
const messages = [{ role: 'user', content: 'Hello.' }];

const cases = {
  async chat() {
    const answer = await openai.chat.completions.create(
      { model: 'm', messages, stream: true, stream_options: { include_usage: true } });
    const seen = { text: '' };
    for await (const chunk of answer) {
      seen.text += chunk.choices[0]?.delta?.content ?? '';
      seen.finish = chunk.choices[0]?.finish_reason ?? seen.finish;
      seen.output = chunk.usage?.completion_tokens ?? seen.output;
    }
    return seen;
  },
  async completions() {
    const seen = { text: '' };
    for await (const chunk of await openai.completions.create({ model: 'm', prompt: 'Hello.', stream: true })) {
      seen.text += chunk.choices[0].text;
      seen.finish = chunk.choices[0].finish_reason ?? undefined;
    }
    return seen;
  },
  async messages() {
    const message = await anthropic.messages.stream({ model: 'm', max_tokens: 100, messages }).finalMessage();
    return { text: message.content[0].text, finish: message.stop_reason, output: message.usage.output_tokens };
  },
  async responses() {
    const seen = { text: '' };
    for await (const event of await openai.responses.create({ model: 'm', input: 'Hello.', stream: true })) {
      seen.text += event.type === 'response.output_text.delta' ? event.delta : '';
      if (event.type !== 'response.incomplete') continue;
      seen.finish = event.response.incomplete_details.reason;
      seen.output = event.response.usage.output_tokens;
    }
    return seen;
  },
  async events() {
    const seen = { text: '' };
    for await (const chunk of await google.models.generateContentStream({ model: 'm', contents: 'Hello.' })) {
      seen.text += chunk.text ?? '';
      seen.finish = chunk.candidates[0].finishReason;
      seen.output = chunk.usageMetadata.candidatesTokenCount;
    }
    return seen;
  },
};

for (const [name, run] of Object.entries(cases)) console.log(JSON.stringify({ name, ...await run() }));
server.close();
server.closeAllConnections();
