-- What suppliers earn, record by record, and the daily sums that answer billing without reading the records.
create sequence supply_earning_ids;

create table supply_earnings (
  tenant_id bigint not null,
  record_id bigint not null default nextval('supply_earning_ids'),
  user_id bigint not null,
  settlement_id bigint,
  earnings_type text not null check (earnings_type in ('usage', 'bonus', 'refund')),
  amount numeric(24,9) not null,
  status text not null check (status in ('pending', 'available', 'withdrawn', 'frozen')),
  description text,
  usage_id uuid,
  earned_at timestamptz not null,
  primary key (tenant_id, earned_at, record_id)
) partition by range (earned_at);

-- Days are UTC. A row changes in the transaction that adds the record, so sums and records never differ.
create table supply_billing_days (
  tenant_id bigint not null,
  day date not null,
  platform text not null,
  revenue numeric(24,9) not null default 0,
  platform_fee numeric(24,9) not null default 0,
  net_earnings numeric(24,9) not null default 0,
  orders bigint not null default 0,
  tokens bigint not null default 0,
  requests bigint not null default 0,
  successes bigint not null default 0,
  records bigint not null default 0,
  primary key (tenant_id, day, platform)
);
