-- What the market is asked every day: who subscribes to a supplier's packages, what waits for a word, and what was sold
-- on an account. How many were activated is told by the sums of the days, not by an index.
drop index subscriptions_supplier;
create index subscriptions_supplier on subscriptions (supplier_tenant_id, id);
create index subscriptions_pending on subscriptions (id) where status = 'PENDING';
create index supply_accounts_deleted on supply_accounts (id) where deleted_at is not null;
create index supply_packages_sold on supply_packages (supply_account_id) where published_at is not null;
