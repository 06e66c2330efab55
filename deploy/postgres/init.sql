-- One database, a schema and a login role per service, no grants across. Run by the superuser, in the database, any number
-- of times. Passwords come as settings of the session, helpdesk.<service>_password: never as text of this file.

create extension if not exists pg_trgm schema public;
create extension if not exists unaccent schema public;
create extension if not exists btree_gin schema public;

revoke create on schema public from public;

do $$
declare
  service text;
begin
  execute format('revoke all on database %I from public', current_database());
  foreach service in array array['intake', 'workflow', 'notify', 'query'] loop
    if not exists (select from pg_roles where rolname = service) then
      execute format('create role %I login', service);
    end if;
    execute format('alter role %I password %L', service, current_setting(format('helpdesk.%s_password', service)));
    execute format('alter role %I set search_path = %I, public', service, service);
    execute format('grant connect on database %I to %I', current_database(), service);
    execute format('create schema if not exists %I authorization %I', service, service);
    execute format('revoke all on schema %I from public', service);
  end loop;
end
$$;

-- Query makes its model anew beside the one that serves, and then moves the tables over.
create schema if not exists query_next authorization query;
revoke all on schema query_next from public;

-- Business time: the real time plus one row's shift, which is zero but where demo and tests move it.
create schema if not exists helpdesk;

create table if not exists helpdesk.clock (
  "only" boolean primary key default true check ("only"),
  shift interval not null default '0'
);

insert into helpdesk.clock default values on conflict do nothing;

create or replace function helpdesk.now() returns timestamptz
  language sql stable parallel safe
  return clock_timestamp() + (select shift from helpdesk.clock);

grant usage on schema helpdesk to intake, workflow, notify, query;
grant select on helpdesk.clock to intake, workflow, notify, query;
