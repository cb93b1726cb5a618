-- The counts and the index of before go. Nodes of the version before that still run read the same counts of views;
-- their search of titles goes through all intents of an app, which a large app may wait for too long, until they are
-- replaced.
drop trigger intents_count on intents;
drop function count_intent();
drop index intents_title;
drop table intent_days, intent_prices, intent_fine_prices;

create view intent_days as
select consumer_id, day, status, platform, counts[intent_kind(status, platform)]::bigint as intents
  from intent_counts,
       unnest('{DRAFT,SUBMITTED,PROCESSING,COMPLETED,FAILED,CANCELLED}'::text[]) as status,
       unnest('{TAOBAO,JD,PDD}'::text[]) as platform
 where grain = 'day';

create view intent_prices as
select consumer_id, day, place as band, status, platform, counts[intent_kind(status, platform)]::bigint as intents
  from intent_counts,
       unnest('{DRAFT,SUBMITTED,PROCESSING,COMPLETED,FAILED,CANCELLED}'::text[]) as status,
       unnest('{TAOBAO,JD,PDD}'::text[]) as platform
 where grain = 'day/band';

create view intent_fine_prices as
select consumer_id, place as band, day, status, platform, counts[intent_kind(status, platform)]::bigint as intents
  from intent_counts,
       unnest('{DRAFT,SUBMITTED,PROCESSING,COMPLETED,FAILED,CANCELLED}'::text[]) as status,
       unnest('{TAOBAO,JD,PDD}'::text[]) as platform
 where grain = 'day/fine';
