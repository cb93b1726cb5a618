-- What every write leaves behind in its own transaction: the audit row, the outbox event, the answer to a repeat.
create table audit_events (
  tenant_id bigint not null,
  event_id uuid not null,
  operator_id bigint not null,
  object_type text not null,
  object_id text not null,
  action text not null,
  before_state jsonb,
  after_state jsonb,
  request_id text not null,
  created_at timestamptz not null,
  primary key (tenant_id, event_id, created_at)
) partition by range (created_at);

create index audit_events_object on audit_events (tenant_id, object_type, object_id, created_at desc, event_id desc);

create table outbox_events (
  tenant_id bigint not null,
  event_id uuid not null,
  name text not null,
  payload jsonb not null,
  created_at timestamptz not null,
  next_attempt_at timestamptz not null,
  attempts integer not null default 0,
  delivered_at timestamptz,
  primary key (tenant_id, event_id)
);

create index outbox_events_due on outbox_events (next_attempt_at) where delivered_at is null;

create table idempotency_records (
  tenant_id bigint not null,
  operator_id bigint not null,
  route text not null,
  key text not null,
  payload_hash bytea not null,
  status integer not null,
  body bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, operator_id, route, key)
);

create index idempotency_records_expiry on idempotency_records (expires_at);
