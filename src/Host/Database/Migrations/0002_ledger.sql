-- Double entry, append-only, one hash chain per account: writers that share no account never wait for each other.
create table ledger_accounts (
  tenant_id bigint not null,
  kind text not null check (kind in ('wallet', 'held', 'earnings_pending', 'earnings_available', 'earnings_frozen',
                                     'withdrawing', 'platform_fee', 'funding', 'paid_out')),
  balance numeric(24,9) not null,
  seq bigint not null,
  head bytea not null,
  updated_at timestamptz not null,
  primary key (tenant_id, kind),
  constraint ledger_accounts_never_negative check (balance >= 0 or kind = 'funding')
);

create table ledger_entries (
  tenant_id bigint not null,
  kind text not null,
  seq bigint not null,
  transfer_id uuid not null,
  amount numeric(24,9) not null check (amount <> 0),
  balance numeric(24,9) not null,
  reason text not null,
  reference text not null,
  hash bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, kind, seq, created_at)
) partition by range (created_at);

create index ledger_entries_transfer on ledger_entries (transfer_id);

-- The canonical form of an entry. Changing it breaks every chain ever written.
create function ledger_hash(
  previous bytea, tenant_id bigint, kind text, seq bigint, transfer_id uuid, amount numeric, balance numeric,
  reason text, reference text, at timestamptz
) returns bytea language sql stable parallel safe as $$
  select sha256(previous || convert_to(concat_ws('|', tenant_id, kind, seq, transfer_id, amount::numeric(24,9),
    balance::numeric(24,9), reason, reference, (extract(epoch from at) * 1000000)::bigint), 'UTF8'))
$$;
