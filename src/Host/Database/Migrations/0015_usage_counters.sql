-- Tokens that were counted apart: what was written to the provider's cache, and for how long, is a part of the input;
-- reasoning is a part of the output; images and audio are parts of both. cached_input_tokens is what was read from the
-- cache. Rows of before have no such parts.
alter table gateway_usage
  add column cache_write_5m_tokens bigint not null default 0 check (cache_write_5m_tokens >= 0),
  add column cache_write_1h_tokens bigint not null default 0 check (cache_write_1h_tokens >= 0),
  add column reasoning_tokens bigint not null default 0 check (reasoning_tokens >= 0),
  add column image_tokens bigint not null default 0 check (image_tokens >= 0),
  add column audio_tokens bigint not null default 0 check (audio_tokens >= 0);
