-- Nodes take money and quota ahead, in one row per node and owner, and let calls go against that from memory. What a
-- call costs leaves the row in the transaction that posts the call; what is not used returns. An owner is a tenant
-- (wallet), a package or an API key. Holds of single calls are not in the database any more: those that are open
-- become leases of their nodes, and return with them.
create table gateway_leases (
  kind text not null check (kind in ('wallet', 'package', 'key')),
  owner_id bigint not null,
  node_id bigint not null references nodes (node_id),
  amount numeric(24,9) not null constraint gateway_leases_cover check (amount >= 0),
  primary key (kind, owner_id, node_id)
);

create index gateway_leases_node on gateway_leases (node_id);

-- available_quota is now what was not charged yet; leased_quota is the part of it that nodes have taken ahead.
alter table supply_packages add column leased_quota numeric(24,9) not null default 0;

update supply_packages package
   set available_quota = available_quota + held.amount, leased_quota = held.amount
  from (select package_id, sum(amount) as amount from gateway_holds where state = 'open' group by package_id) held
 where package.id = held.package_id;

alter table supply_packages add constraint supply_packages_leased_is_available
  check (leased_quota >= 0 and leased_quota <= available_quota);

alter table api_keys rename column quota_held to quota_leased;
alter table api_keys rename constraint api_keys_quota_held_check to api_keys_quota_leased_check;

insert into gateway_leases (kind, owner_id, node_id, amount)
select 'wallet', tenant_id, node_id, sum(amount) from gateway_holds where state = 'open' group by tenant_id, node_id
 union all
select 'package', package_id, node_id, sum(amount) from gateway_holds where state = 'open' group by package_id, node_id
 union all
select 'key', api_key_id, node_id, sum(amount) from gateway_holds where state = 'open' group by api_key_id, node_id;

drop table gateway_holds;

-- How far each node's journal is posted, told in the transaction that posts: nothing is posted twice.
create table gateway_journals (
  journal_id uuid primary key,
  node_id bigint not null references nodes (node_id),
  posted bigint not null,
  posted_at timestamptz not null
);

-- Answers to calls that came with an Idempotency-Key. While one is running it belongs to its node.
create table gateway_answers (
  tenant_id bigint not null,
  api_key_id bigint not null,
  route text not null,
  key text not null,
  payload_hash bytea not null,
  call_id uuid not null,
  node_id bigint not null,
  state text not null check (state in ('running', 'done', 'broken')),
  status integer,
  content_type text,
  body bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, api_key_id, route, key)
);

create index gateway_answers_expiry on gateway_answers (expires_at);
create index gateway_answers_running on gateway_answers (node_id) where state = 'running';

-- A call is served by a supplier's package or by a model of one of the platform's channels. transfer_id is the transfer
-- that moved its money, together with that of the calls posted with it.
alter table gateway_usage alter column package_id drop not null;
alter table gateway_usage
  add column channel_model_id bigint,
  add column transfer_id uuid;
