-- What a package leaves to do when its supplier ends it: on T+1 its money is reconciled.
create table reconciliation_tasks (
  tenant_id bigint not null,
  task_id uuid not null,
  package_id bigint not null references supply_packages (id),
  due_at timestamptz not null,
  done_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, task_id)
);

create index reconciliation_tasks_due on reconciliation_tasks (due_at) where done_at is null;

-- Packages whose life in days can be over.
create index supply_packages_expiry on supply_packages (expires_at) where status in ('active', 'paused', 'sold_out');
