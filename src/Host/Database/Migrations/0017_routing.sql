-- Every node keeps what it needs to route a call in memory, and hears from here that something of it has changed. Only
-- what changes seldom is told: a call that is billed changes quotas and counters, and tells nothing.
create function tell_gateway_routes() returns trigger language plpgsql as $$
begin
  perform pg_notify('gateway_routes', '');
  return null;
end
$$;

-- By row, as only a row can tell whether it is another now; within a transaction equal notices are one.
create trigger supply_packages_tell_made after insert on supply_packages
  for each row when (new.status = 'active') execute function tell_gateway_routes();

create trigger supply_packages_tell_gone after delete on supply_packages
  for each statement execute function tell_gateway_routes();

create trigger supply_packages_tell_changed after update of
    status, model, supply_account_id, price_per_1m_input, price_per_1m_output, max_concurrent, rate_limit_rpm, expires_at
  on supply_packages
  for each row when (
    (old.status, old.model, old.supply_account_id, old.price_per_1m_input, old.price_per_1m_output, old.max_concurrent,
      old.rate_limit_rpm, old.expires_at)
    is distinct from
    (new.status, new.model, new.supply_account_id, new.price_per_1m_input, new.price_per_1m_output, new.max_concurrent,
      new.rate_limit_rpm, new.expires_at))
  execute function tell_gateway_routes();

create trigger supply_accounts_tell_changed after update of status, credential, deleted_at on supply_accounts
  for each row when ((old.status, old.credential, old.deleted_at) is distinct from
    (new.status, new.credential, new.deleted_at))
  execute function tell_gateway_routes();

create trigger site_settings_tell_changed after insert or update or delete on site_settings
  for each statement execute function tell_gateway_routes();

create function tell_gateway_keys() returns trigger language plpgsql as $$
begin
  perform pg_notify('gateway_keys', old.id::text);
  return null;
end
$$;

create trigger api_keys_tell_changed after update of enabled, allowed_models, allowed_ips, quota_limit, key_hash
  on api_keys
  for each row when ((old.enabled, old.allowed_models, old.allowed_ips, old.quota_limit, old.key_hash)
    is distinct from (new.enabled, new.allowed_models, new.allowed_ips, new.quota_limit, new.key_hash))
  execute function tell_gateway_keys();

create trigger api_keys_tell_gone after delete on api_keys
  for each row execute function tell_gateway_keys();
