-- A call comes with an API key of a user, or with a credential of a consumer and by one of its subscriptions.
alter table gateway_usage alter column api_key_id drop not null;
alter table gateway_usage
  add column consumer_id bigint,
  add column credential_id bigint,
  add column subscription_id bigint;

-- A node takes an eighth of what is left of the second for a credential with a limit, and at least one: so the last
-- calls of a second are had one by one, by whichever node asks for them.
create function take_calls(
  credential bigint, most integer, out part integer, out ends_in interval) language plpgsql as $$
declare
  present timestamptz := date_trunc('second', clock_timestamp());
  counted app_windows;
begin
  insert into app_windows as known (credential_id, starts_at, taken) values (credential, present, 0)
      on conflict (credential_id) do update
     set starts_at = greatest(known.starts_at, excluded.starts_at),
         taken = case when excluded.starts_at > known.starts_at then 0 else known.taken end
  returning * into counted;
  part := greatest((most - counted.taken) / 8, least(most - counted.taken, 1), 0);
  update app_windows set taken = taken + part where credential_id = credential;
  ends_in := counted.starts_at + interval '1 second' - clock_timestamp();
end
$$;
