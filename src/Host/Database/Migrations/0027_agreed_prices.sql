-- A subscription to a package goes on at the prices at which it became active, whatever the supplier asks later: each
-- call costs the lower of those and the present ones. What is active already has the prices of today.
alter table subscriptions
  add column agreed_input_price numeric(24,6),
  add column agreed_output_price numeric(24,6),
  add constraint subscriptions_agreed_both check ((agreed_input_price is null) = (agreed_output_price is null));

update subscriptions subscription
   set agreed_input_price = package.price_per_1m_input, agreed_output_price = package.price_per_1m_output
  from supply_packages package
 where package.id = subscription.package_id and subscription.activated_at is not null;
