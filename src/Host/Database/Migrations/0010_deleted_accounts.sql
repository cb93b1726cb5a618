-- Packages and the books keep referring to a deleted account, so it is marked and its credential overwritten.
alter table supply_accounts add column deleted_at timestamptz;
alter table supply_accounts add constraint supply_accounts_deleted_is_not_active
  check (deleted_at is null or status <> 'active');
