-- Titles repeat: each is kept once, with how many intents have it, and only these few are searched. What was an index
-- of all intents by pieces of their titles is one of the titles.
create table intent_titles (
  consumer_id bigint not null,
  title text not null,
  counts integer[] not null,
  primary key (consumer_id, title)
) with (fillfactor = 70);

create index intent_titles_grams on intent_titles using gin (intent_grams(consumer_id, title))
  with (fastupdate = off);

-- A title that no intent has any more is forgotten.
create function keep_intent_titles() returns trigger language plpgsql as $$
declare
  gone integer[] := array_fill(0, array[18]);
  come integer[] := array_fill(0, array[18]);
begin
  if tg_op <> 'INSERT' then gone[intent_kind(old.status, old.platform)] := -1; end if;
  if tg_op <> 'DELETE' then come[intent_kind(new.status, new.platform)] := 1; end if;
  insert into intent_titles as known (consumer_id, title, counts)
  select consumer_id, title,
         case when count(*) = 2 then intent_added(gone, come) when sum(one) < 0 then gone else come end
    from (values (old.consumer_id, old.title, -1), (new.consumer_id, new.title, 1)) as change (consumer_id, title, one)
   where consumer_id is not null
   group by 1, 2
  having count(*) = 1 or gone[intent_kind(new.status, new.platform)] = 0
   order by 1, 2
      on conflict (consumer_id, title) do update
     set counts = intent_added(known.counts, excluded.counts);
  if tg_op = 'DELETE' or old.title <> new.title then
    delete from intent_titles
     where consumer_id = old.consumer_id and title = old.title and counts = array_fill(0, array[18]);
  end if;
  return null;
end
$$;

create function recount_intent_titles() returns void language sql set work_mem = '64MB' as $$
  lock table intents in share row exclusive mode;

  delete from intent_titles;

  with counted as materialized (
    select consumer_id, title, intent_kind(status, platform) as kind, count(*)::integer as intents
      from intents
     group by 1, 2, 3)
  insert into intent_titles (consumer_id, title, counts)
  select consumer_id, title, array_agg(coalesce(intents, 0) order by kind)
    from (select distinct consumer_id, title from counted) as known
         cross join generate_series(1, 18) as kind
         left join counted using (consumer_id, title, kind)
   group by 1, 2
$$;

select recount_intent_titles();

create index intents_titled on intents (consumer_id, title, created_at, id)
  include (status, platform, price, updated_at);

-- Its name is after intents_counted: counts come first in every transaction.
create constraint trigger intents_titled after insert or delete or update of title, status, platform on intents
  deferrable initially deferred for each row execute function keep_intent_titles();
