-- Calls in flight and calls done. A hold belongs to the node that took it; when the node is gone the hold is voided.
create table nodes (
  node_id bigint primary key,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

create table gateway_holds (
  tenant_id bigint not null,
  hold_id uuid not null,
  node_id bigint not null references nodes (node_id),
  api_key_id bigint not null,
  package_id bigint not null,
  amount numeric(24,9) not null check (amount >= 0),
  state text not null check (state in ('open', 'settled', 'voided')),
  created_at timestamptz not null,
  closed_at timestamptz,
  primary key (tenant_id, hold_id)
);

create index gateway_holds_open on gateway_holds (node_id) where state = 'open';

-- One row per call that reached a provider. basis says where the counts come from.
create table gateway_usage (
  tenant_id bigint not null,
  usage_id uuid not null,
  user_id bigint not null,
  api_key_id bigint not null,
  request_id text not null,
  package_id bigint not null,
  supplier_tenant_id bigint not null,
  provider text not null,
  model text not null,
  stream boolean not null,
  ending text not null,
  basis text not null check (basis in ('provider_final', 'provider_partial', 'counted', 'none')),
  upstream_status integer not null,
  input_tokens bigint not null check (input_tokens >= 0),
  cached_input_tokens bigint not null check (cached_input_tokens >= 0),
  output_tokens bigint not null check (output_tokens >= 0),
  price_per_1m_input numeric(24,6) not null,
  price_per_1m_output numeric(24,6) not null,
  charged numeric(24,9) not null check (charged >= 0),
  earned numeric(24,9) not null check (earned >= 0),
  fee numeric(24,9) not null check (fee >= 0),
  first_byte_ms integer,
  duration_ms integer not null,
  created_at timestamptz not null,
  check (charged = earned + fee),
  primary key (tenant_id, usage_id, created_at)
) partition by range (created_at);

create index gateway_usage_user on gateway_usage (tenant_id, user_id, created_at desc);
