-- What the platform lets be sold of each provider's models, and for how much at least. allowed_models null: every model.
create table supply_policies (
  provider text primary key check (provider in ('openai', 'anthropic', 'gemini', 'baidu', 'xfyun', 'tencent')),
  allowed_models text[],
  floor_price_per_1m_input numeric(24,6) not null default 0 check (floor_price_per_1m_input >= 0),
  floor_price_per_1m_output numeric(24,6) not null default 0 check (floor_price_per_1m_output >= 0),
  updated_at timestamptz
);

insert into supply_policies (provider)
values ('openai'), ('anthropic'), ('gemini'), ('baidu'), ('xfyun'), ('tencent');

-- A model's own floor wins over its provider's.
create table supply_policy_floors (
  provider text not null references supply_policies (provider),
  model text not null,
  price_per_1m_input numeric(24,6) not null check (price_per_1m_input >= 0),
  price_per_1m_output numeric(24,6) not null check (price_per_1m_output >= 0),
  primary key (provider, model)
);

-- What was charged on a package, added up when the package is reconciled.
create index gateway_usage_package on gateway_usage (package_id) include (charged);
