-- Months are made ahead by every node. The default partition loses nothing should a month be missing.
create table audit_events_default partition of audit_events default;
create table ledger_entries_default partition of ledger_entries default;
create table gateway_usage_default partition of gateway_usage default;
create table supply_earnings_default partition of supply_earnings default;

create function make_month_partitions(at timestamptz, months_ahead integer) returns void language plpgsql as $$
declare
  month timestamptz;
  parent text;
begin
  perform pg_advisory_xact_lock(hashtext('make_month_partitions'));
  for ahead in 0..months_ahead loop
    month := date_trunc('month', at at time zone 'UTC') at time zone 'UTC' + make_interval(months => ahead);
    foreach parent in array array['audit_events', 'ledger_entries', 'gateway_usage', 'supply_earnings'] loop
      if to_regclass(format('%I', parent || to_char(month at time zone 'UTC', '"_"YYYYMM'))) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
          parent || to_char(month at time zone 'UTC', '"_"YYYYMM'), parent, month,
          (month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
      end if;
    end loop;
  end loop;
end
$$;
