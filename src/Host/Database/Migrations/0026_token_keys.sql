-- What a consumer's token is found by: it names its issuer, its audience and its key, and these are one credential's
-- over all tenants. So nobody's registration stands in the way of another's tokens, or takes them. A key without a name
-- (kid '') takes tokens whatever key they name, and so has its issuer and audience to itself.
create table consumer_token_keys (
  credential_id bigint not null
    constraint consumer_token_keys_credential_fkey references consumer_credentials (id) on delete cascade,
  issuer text not null,
  audience text not null,
  kid text not null
);

-- Issuer and audience together can be longer than an index takes.
create function token_realm(issuer text, audience text) returns bytea
  language sql immutable strict parallel safe
  return sha256(convert_to(issuer || chr(10) || audience, 'UTF8'));

create unique index consumer_token_keys_key on consumer_token_keys (token_realm(issuer, audience), kid);
create index consumer_token_keys_credential on consumer_token_keys (credential_id);
drop index consumer_credentials_issuer;

-- Where several have registered the same, the oldest credential keeps it.
insert into consumer_token_keys (credential_id, issuer, audience, kid)
select distinct on (credential.issuer, credential.audience, kid) credential.id, credential.issuer, credential.audience,
       coalesce(key ->> 'kid', '') as kid
  from consumer_credentials credential
 cross join lateral jsonb_array_elements(credential.jwks -> 'keys') key
 where credential.mode = 'JWT'
 order by credential.issuer, credential.audience, kid, credential.id;

delete from consumer_token_keys unnamed using consumer_token_keys named
 where unnamed.kid = '' and named.kid <> '' and named.credential_id < unnamed.credential_id
   and token_realm(named.issuer, named.audience) = token_realm(unnamed.issuer, unnamed.audience);

delete from consumer_token_keys named using consumer_token_keys unnamed
 where unnamed.kid = '' and named.kid <> ''
   and token_realm(named.issuer, named.audience) = token_realm(unnamed.issuer, unnamed.audience);

-- Of a collision the message is the kid, where it is one of both.
create function keep_token_keys() returns trigger language plpgsql as $$
declare
  kids text[] := array(select distinct coalesce(key ->> 'kid', '') from jsonb_array_elements(new.jwks -> 'keys') key);
  taken text;
begin
  if tg_op = 'UPDATE'
     and (new.issuer, new.audience, new.jwks) is not distinct from (old.issuer, old.audience, old.jwks) then
    return null;
  end if;
  -- Two that are registered at once are looked at one after the other.
  perform pg_advisory_xact_lock(hashtextextended(new.issuer || chr(10) || new.audience, 0));
  delete from consumer_token_keys where credential_id = new.id;
  select kid into taken
    from consumer_token_keys other
   where token_realm(other.issuer, other.audience) = token_realm(new.issuer, new.audience)
     and (other.kid = any(kids) or other.kid = '' or '' = any(kids))
   limit 1;
  if found then
    raise exception using errcode = 'unique_violation', constraint = 'consumer_token_keys_key',
      message = case when taken = any(kids) then taken else '' end;
  end if;

  insert into consumer_token_keys (credential_id, issuer, audience, kid)
  select new.id, new.issuer, new.audience, unnest(kids);
  return null;
end
$$;

create trigger consumer_credentials_token_keys after insert or update of issuer, audience, jwks
  on consumer_credentials
  for each row when (new.mode = 'JWT') execute function keep_token_keys();

-- A subscription that ended outlives its consumer: it counted as an order, and who sold it goes on seeing it.
alter table subscriptions drop constraint subscriptions_consumer_fkey;
