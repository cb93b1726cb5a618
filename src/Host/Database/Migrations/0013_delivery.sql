-- Delivery of outbox events gives up one day and says why; the code that a withdrawal asks for goes to a phone.
alter table outbox_events add column dead_at timestamptz;
alter table outbox_events add column last_error text;

drop index outbox_events_due;
create index outbox_events_due on outbox_events (next_attempt_at) where delivered_at is null and dead_at is null;
create index outbox_events_dead on outbox_events (event_id) where dead_at is not null;
create index outbox_events_delivered on outbox_events (delivered_at) where delivered_at is not null;

alter table users add column phone text;

-- One row per user: the last code and how many were sent on its day. sent_at is null when the last one was not sent.
create table supply_settlement_codes (
  tenant_id bigint not null,
  user_id bigint not null references users (id),
  code_id uuid not null,
  mac bytea not null,
  wrong_tries integer not null default 0,
  sent_at timestamptz,
  expires_at timestamptz not null,
  used_at timestamptz,
  day date not null,
  day_codes integer not null,
  primary key (tenant_id, user_id)
);
