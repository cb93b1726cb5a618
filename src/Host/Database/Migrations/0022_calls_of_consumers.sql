-- A call comes with an API key of a user, or with a credential of a consumer and by one of its subscriptions.
alter table gateway_usage alter column api_key_id drop not null;
alter table gateway_usage
  add column consumer_id bigint,
  add column credential_id bigint,
  add column subscription_id bigint;
